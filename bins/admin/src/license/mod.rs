//! `mintmark-admin license`: the licenses, and their letters.

mod list;
mod report;
mod resend;
mod show;
mod story;
mod table;

use crate::failure::{Ending, Failure};
use clap::Subcommand;
use jiff::Timestamp;
use list::List;
use mintmark_fulfillment::{Fulfillment, Records, Role, Settings};
use resend::Resend;
use show::Show;
use std::io::Write;

#[derive(Debug, Subcommand)]
pub(crate) enum LicenseCommand {
    List(List),
    Show(Show),
    Resend(Resend),
}

impl LicenseCommand {
    pub(crate) fn run(
        &self,
        settings: Settings,
        now: Timestamp,
        output: &mut dyn Write,
    ) -> Result<Ending, Failure> {
        match self {
            Self::List(list) => list.run(&Records::open(&settings)?, output),
            Self::Show(show) => show.run(&Records::open(&settings)?, output),
            Self::Resend(resend) => {
                resend.check(&settings)?;
                resend.run(&Fulfillment::open(settings, Role::Tool, now)?, now, output)
            }
        }
    }
}
