//! `mintmark-admin blob`: what a signed license says, and whether it is ours.

mod input;
mod inspect;
mod keys;
mod verdict;
mod verify;

use crate::failure::{Ending, Failure};
use clap::Subcommand;
use inspect::InspectCommand;
use jiff::Timestamp;
use mintmark_fulfillment::Settings;
use std::io::Write;
use verify::VerifyCommand;

#[derive(Debug, Subcommand)]
pub(crate) enum BlobCommand {
    Verify(VerifyCommand),
    Inspect(InspectCommand),
}

impl BlobCommand {
    /// `load` is called only where the installation has to say something: keys and products may be given by hand.
    pub(crate) fn run(
        &self,
        load: impl Fn() -> Result<Settings, Failure>,
        now: Timestamp,
        output: &mut dyn Write,
    ) -> Result<Ending, Failure> {
        match self {
            Self::Verify(verify) => verify.run(load, now, output),
            Self::Inspect(inspect) => inspect.run(output),
        }
    }
}
