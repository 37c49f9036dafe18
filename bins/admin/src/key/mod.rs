//! `mintmark-admin key`: the keys that licenses are signed with, and what apps embed of them.

mod check;
mod export;
mod rotate;
mod show;
mod standby;

use crate::failure::{Ending, Failure};
use clap::Subcommand;
use export::Export;
use jiff::Timestamp;
use mintmark_fulfillment::{PublicKey, Settings, make_keys};
use rotate::Rotate;
use std::io::Write;

#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Makes the keys of a new installation, without a server or a database; never in the place of others
    New,
    /// Shows the ids of the signing key and of the revocation key, and the public keys that apps embed
    Show {
        /// Print one line of JSON
        #[arg(long)]
        json: bool,
    },
    /// Makes the key that signs after the next rotation, and shows its public key, for apps to embed from now on
    Standby {
        /// Print one line of JSON
        #[arg(long)]
        json: bool,
    },
    Rotate(Rotate),
    ExportPublic(Export),
    /// Looks whether the key files are there, whole, for their owner alone, and the ones that the database knows
    Check {
        /// Print one line of JSON for each thing that was looked at
        #[arg(long)]
        json: bool,
    },
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
            Self::Show { json } => show::run(settings, *json, now, output),
            Self::Standby { json } => standby::run(&settings, *json, now, output),
            Self::Rotate(rotate) => rotate.run(&settings, now, output),
            Self::ExportPublic(export) => export.run(&settings, output),
            Self::Check { json } => check::run(&settings, *json, output),
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
