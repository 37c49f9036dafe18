//! `mintmark-admin mail`: the letters on their way, and what a person does about them.

mod hold;
mod list;
mod obstacle;
mod preview;
mod retry;
mod table;

use crate::failure::{Ending, Failure};
use clap::Subcommand;
use hold::Hold;
use jiff::Timestamp;
use list::List;
use mintmark_fulfillment::{Fulfillment, Records, Role, Settings};
use preview::Preview;
use retry::Retry;
use std::io::Write;

#[derive(Debug, Subcommand)]
pub(crate) enum MailCommand {
    List(List),
    Retry(Retry),
    Hold(Hold),
    Preview(Preview),
}

impl MailCommand {
    pub(crate) fn run(
        &self,
        settings: Settings,
        now: Timestamp,
        output: &mut dyn Write,
    ) -> Result<Ending, Failure> {
        match self {
            Self::List(list) => list.run(&Records::open(&settings)?, now, output),
            Self::Retry(retry) => {
                retry.check()?;
                retry.run(&Records::open(&settings)?, now, output)
            }
            Self::Hold(hold) => hold.run(&Records::open(&settings)?, now, output),
            Self::Preview(preview) => preview.run(&Fulfillment::open(settings, Role::Tool, now)?, output),
        }
    }
}
