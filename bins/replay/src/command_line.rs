//! What can be typed.

use crate::{
    correct::Correct, dismiss::Dismiss, export::Export, import::Import, list::List, reconcile::Reconcile,
    run::Run, show::Show, verify::Verify,
};
use clap::{Parser, Subcommand};
use mintmark_manual::{Completion, Pages, VERSION};
use std::path::PathBuf;

const AFTER_HELP: &str = "\
Examples:
  mintmark-replay list --failed
  mintmark-replay show 12
  mintmark-replay run 12
  mintmark-replay run --failed --since 2d --yes
  mintmark-replay correct 12 --set email=ada@example.com --why 'as in Gumroad'
  mintmark-replay import sales.csv --dry-run
  mintmark-replay reconcile --source gumroad
  mintmark-replay verify

Exit codes: 0 done, 1 some rows failed, 2 wrong usage or configuration.";

const AFTER_COMPLETION: &str = "\
Examples:
  mintmark-replay completion bash > /etc/bash_completion.d/mintmark-replay
  mintmark-replay completion zsh > /usr/local/share/zsh/site-functions/_mintmark-replay
  mintmark-replay completion fish > ~/.config/fish/completions/mintmark-replay.fish";

/// Reads the audit log of a Mintmark installation, fulfills again what failed, and makes up for what was never told. Works beside a running server.
#[derive(Debug, Parser)]
#[command(name = "mintmark-replay", version = VERSION, max_term_width = 100, after_help = AFTER_HELP)]
pub(crate) struct CommandLine {
    /// File with the settings (default: mintmark.toml, if there is one)
    #[arg(long, value_name = "PATH", env = "MINTMARK_CONFIG", hide_env_values = true, global = true)]
    pub(crate) config: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    List(List),
    Show(Show),
    Run(Run),
    Correct(Correct),
    Dismiss(Dismiss),
    Reconcile(Reconcile),
    Import(Import),
    Export(Export),
    Verify(Verify),
    /// Prints a script with which a shell completes commands and options
    #[command(after_help = AFTER_COMPLETION)]
    Completion(Completion),
    /// Writes manual pages into a folder, one for each command
    #[command(hide = true)]
    Man(Pages),
}

#[cfg(test)]
mod tests {
    use super::CommandLine;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_well_formed() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn every_command_has_examples() {
        assert_eq!(mintmark_manual::without_examples(&CommandLine::command()), Vec::<String>::new());
    }
}
