//! `mintmark-admin key`: the keys that licenses are signed with, and what apps embed of them.

mod check;
mod export;
mod rotate;
mod show;
mod standby;

use crate::failure::{Ending, Failure};
use check::Check;
use clap::Subcommand;
use export::Export;
use jiff::Timestamp;
use mintmark_fulfillment::{PublicKey, Settings, make_keys};
use rotate::Rotate;
use show::Show;
use standby::StandbyCommand;
use std::io::Write;

const AFTER_NEW: &str = "\
Examples:
  mintmark-admin key new
  MINTMARK_DATA_DIR=/media/safe mintmark-admin key new";

#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Makes the keys of a new installation, without a server or a database; never in the place of others
    #[command(after_help = AFTER_NEW)]
    New,
    Show(Show),
    Standby(StandbyCommand),
    Rotate(Rotate),
    ExportPublic(Export),
    Check(Check),
}

impl KeyCommand {
    pub(crate) fn run(
        &self,
        settings: Settings,
        now: Timestamp,
        output: &mut dyn Write,
    ) -> Result<Ending, Failure> {
        match self {
            Self::New => new(&settings, now, output),
            Self::Show(show) => show.run(settings, now, output),
            Self::Standby(standby) => standby.run(&settings, now, output),
            Self::Rotate(rotate) => rotate.run(&settings, now, output),
            Self::ExportPublic(export) => export.run(&settings, output),
            Self::Check(check) => check.run(&settings, output),
        }
    }
}

fn new(settings: &Settings, now: Timestamp, output: &mut dyn Write) -> Result<Ending, Failure> {
    for path in make_keys(settings, now)? {
        writeln!(output, "made  {}", path.display())?;
    }
    writeln!(output, "\nBack them up: without them there is no way to sign what your apps accept.")?;
    Ok(Ending::Done)
}

fn hexadecimal(key: &PublicKey) -> String {
    key.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}
