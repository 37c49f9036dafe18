//! What can be typed.

use crate::alerts::AlertsCommand;
use crate::backup::BackupCommand;
use crate::blob::BlobCommand;
use crate::config::ConfigCommand;
use crate::doctor::DoctorCommand;
use crate::erase::Erase;
use crate::import::Import;
use crate::key::KeyCommand;
use crate::license::LicenseCommand;
use crate::mail::MailCommand;
use crate::mint::MintCommand;
use crate::products::ProductsCommand;
use crate::prune::Prune;
use crate::restore::RestoreCommand;
use crate::revocations::RevocationsCommand;
use crate::secret::SecretCommand;
use crate::source::SourceCommand;
use clap::{Parser, Subcommand};
use mintmark_manual::{Completion, Pages, VERSION};
use std::path::PathBuf;

const AFTER_HELP: &str = "\
Examples:
  mintmark-admin init
  mintmark-admin doctor
  mintmark-admin license show ada@example.com
  mintmark-admin mail list --failed
  mintmark-admin mint --product datatools-core --email ada@example.com

Exit codes: 0 done, 1 something failed, 2 wrong usage or configuration.";

const AFTER_INIT: &str = "\
Examples:
  mintmark-admin init
  MINTMARK_DATA_DIR=/var/lib/mintmark mintmark-admin init";

const AFTER_COMPLETION: &str = "\
Examples:
  mintmark-admin completion bash > /etc/bash_completion.d/mintmark-admin
  mintmark-admin completion zsh > /usr/local/share/zsh/site-functions/_mintmark-admin
  mintmark-admin completion fish > ~/.config/fish/completions/mintmark-admin.fish";

/// Sets a Mintmark installation up, and looks after its licenses and keys. Works beside a running server.
#[derive(Debug, Parser)]
#[command(name = "mintmark-admin", version = VERSION, max_term_width = 100, after_help = AFTER_HELP)]
pub(crate) struct CommandLine {
    /// File with the settings (default: mintmark.toml, if there is one)
    #[arg(long, value_name = "PATH", env = "MINTMARK_CONFIG", hide_env_values = true, global = true)]
    pub(crate) config: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Makes what a server needs and is missing: settings, products file, data folder, database, keys, webhook secret
    #[command(after_help = AFTER_INIT)]
    Init,
    /// Checks the configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Compares the products file with what was sold
    #[command(subcommand)]
    Products(ProductsCommand),
    Doctor(DoctorCommand),
    Backup(BackupCommand),
    Restore(RestoreCommand),
    /// Finds and shows licenses, mails them again, and takes them back
    #[command(subcommand)]
    License(LicenseCommand),
    /// Lists letters, sends them again, holds them, and shows how they look
    #[command(subcommand)]
    Mail(MailCommand),
    /// Shows what needs a person, and tests whether it would be told
    #[command(subcommand)]
    Alerts(AlertsCommand),
    Mint(MintCommand),
    Import(Import),
    /// Makes, checks and rotates the keys, and shows what apps embed of them
    #[command(subcommand)]
    Key(KeyCommand),
    /// Verifies signed licenses, and shows what they say
    #[command(subcommand)]
    Blob(BlobCommand),
    Revocations(RevocationsCommand),
    /// Shows the webhook secret, and replaces it by a new one
    #[command(subcommand)]
    Secret(SecretCommand),
    /// Has a store tell this server of everything, and checks that it does
    #[command(subcommand)]
    Source(SourceCommand),
    Prune(Prune),
    Erase(Erase),
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
