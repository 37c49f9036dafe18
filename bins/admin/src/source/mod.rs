//! `mintmark-admin source`: how a store tells us of its events.

mod words;

use crate::failure::{Ending, Failure};
use clap::{Args, Subcommand};
use mintmark_fulfillment::{Connection, Intent, Settings, connect};
use std::io::Write;

const AFTER_CONNECT: &str = "\
Examples:
  mintmark-admin source connect gumroad --dry-run
  mintmark-admin source connect gumroad

Needs sources.gumroad.access_token and http.public_url. Addresses of others are left alone, and a second run changes
nothing.";

const AFTER_CHECK: &str = "\
Examples:
  mintmark-admin source check gumroad
  mintmark-admin source check gumroad --json";

#[derive(Debug, Subcommand)]
pub(crate) enum SourceCommand {
    /// Registers this server for every event of a store that it is not told of yet, and ends what is there twice
    #[command(after_help = AFTER_CONNECT)]
    Connect(Connect),
    /// Says whether a store would still tell this server of every event; exits with 1 if not
    #[command(after_help = AFTER_CHECK)]
    Check(Check),
}

#[derive(Debug, Args)]
pub(crate) struct Connect {
    /// The store
    #[arg(value_name = "SOURCE")]
    source: String,
    /// The whole ping URL, if it is not the one that http.public_url and the webhook secret make
    #[arg(long, value_name = "PING_URL")]
    url: Option<String>,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// The store
    #[arg(value_name = "SOURCE")]
    source: String,
    /// The whole ping URL, if it is not the one that http.public_url and the webhook secret make
    #[arg(long, value_name = "PING_URL")]
    url: Option<String>,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

impl SourceCommand {
    pub(crate) fn run(&self, settings: &Settings, output: &mut dyn Write) -> Result<Ending, Failure> {
        match self {
            Self::Connect(connect) => connect.run(settings, output),
            Self::Check(check) => check.run(settings, output),
        }
    }
}

impl Connect {
    fn run(&self, settings: &Settings, output: &mut dyn Write) -> Result<Ending, Failure> {
        let intent = if self.dry_run { Intent::Rehearse } else { Intent::Connect };
        let connection = connect(settings, &self.source, self.url.as_deref(), intent)?;
        match self.json {
            true => print_json(&connection, output)?,
            false => words::connected(&connection, intent, output)?,
        }
        Ok(Ending::Done)
    }
}

impl Check {
    fn run(&self, settings: &Settings, output: &mut dyn Write) -> Result<Ending, Failure> {
        let connection = connect(settings, &self.source, self.url.as_deref(), Intent::Check)?;
        match self.json {
            true => print_json(&connection, output)?,
            false => words::checked(&connection, output)?,
        }
        Ok(if connection.is_sound() { Ending::Done } else { Ending::SomeFailed })
    }
}

fn print_json(connection: &Connection, output: &mut dyn Write) -> Result<(), Failure> {
    serde_json::to_writer(&mut *output, connection).map_err(std::io::Error::from)?;
    Ok(writeln!(output)?)
}
