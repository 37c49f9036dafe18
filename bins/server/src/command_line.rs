//! The command line of the server.

use clap::{Parser, Subcommand};
use mintmark_manual::{Completion, Pages, VERSION};
use std::path::PathBuf;

const AFTER_HELP: &str = "\
Examples:
  mintmark-server
  mintmark-server --config /etc/mintmark/mintmark.toml
  MINTMARK_HTTP__BIND=127.0.0.1:9000 RUST_LOG=debug mintmark-server
  mintmark-server completion bash > /etc/bash_completion.d/mintmark-server

Exit codes: 0 stopped by a signal, 1 no database or a failed disk, 2 wrong usage or configuration.";

/// Turns a store's webhooks into licenses.
///
/// Runs without any configuration: it makes a data folder with a database, keys and a webhook secret, writes letters
/// into a folder instead of mailing them, and prints a URL for the store. Settings come from mintmark.toml and the
/// environment; config/default.toml lists them all.
#[derive(Debug, Parser)]
#[command(name = "mintmark-server", version = VERSION, max_term_width = 100, after_help = AFTER_HELP)]
#[command(disable_help_subcommand = true)]
pub(crate) struct CommandLine {
    /// Settings file, in place of mintmark.toml in this folder.
    #[arg(long, value_name = "FILE", env = "MINTMARK_CONFIG", hide_env_values = true)]
    pub(crate) config: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// What the server does instead of serving; hidden, because it is asked for once, when it is installed.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Prints a script with which a shell completes options
    #[command(hide = true)]
    Completion(Completion),
    /// Writes the manual page into a folder
    #[command(hide = true)]
    Man(Pages),
}

#[cfg(test)]
mod tests {
    use super::CommandLine;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_well_formed_and_has_examples() {
        CommandLine::command().debug_assert();
        assert_eq!(mintmark_manual::without_examples(&CommandLine::command()), Vec::<String>::new());
    }
}
