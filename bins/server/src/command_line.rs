//! The command line of the server.

use clap::Parser;
use std::path::PathBuf;

/// Turns a store's webhooks into licenses.
///
/// Runs without any configuration: it makes a data folder with a database, keys and a webhook secret, writes letters
/// into a folder instead of mailing them, and prints a URL for the store. Settings come from mintmark.toml and the
/// environment; config/default.toml lists them all.
#[derive(Debug, Parser)]
#[command(name = "mintmark-server", version)]
pub(crate) struct CommandLine {
    /// Settings file, in place of mintmark.toml in this folder.
    #[arg(long, value_name = "FILE", env = "MINTMARK_CONFIG", hide_env_values = true)]
    pub(crate) config: Option<PathBuf>,
}
