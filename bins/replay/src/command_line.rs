//! What can be typed.

use crate::{
    correct::Correct, dismiss::Dismiss, list::List, reconcile::Reconcile, run::Run, show::Show,
    verify::Verify,
};
use clap::{Parser, Subcommand};
use std::path::PathBuf;

const AFTER_HELP: &str = "\
Examples:
  mintmark-replay list --failed
  mintmark-replay show 12
  mintmark-replay run 12
  mintmark-replay run --failed --since 2d --yes
  mintmark-replay correct 12 --set email=ada@example.com --why 'as in Gumroad'
  mintmark-replay reconcile --source gumroad
  mintmark-replay verify

Exit codes: 0 done, 1 some rows failed, 2 wrong usage or configuration.";

/// Reads the audit log of a Mintmark installation, fulfills again what failed, and makes up for what was never told. Works beside a running server.
#[derive(Debug, Parser)]
#[command(name = "mintmark-replay", version, max_term_width = 100, after_help = AFTER_HELP)]
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
    Verify(Verify),
}

#[cfg(test)]
mod tests {
    use super::CommandLine;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_well_formed() {
        CommandLine::command().debug_assert();
    }
}
