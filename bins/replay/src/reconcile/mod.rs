//! `mintmark-replay reconcile`: what a store has, against what it told us.

mod words;

use crate::failure::{Ending, Failure};
use crate::moment::Moment;
use clap::Args;
use jiff::Timestamp;
use mintmark_fulfillment::{Fulfillment, Memberships};
use std::io::Write;

const AFTER_HELP: &str = "\
Examples:
  mintmark-replay reconcile --source gumroad
  mintmark-replay reconcile --source gumroad --since 2026-01-01
  mintmark-replay reconcile --source gumroad --since 3d --json

Needs sources.gumroad.access_token. What no delivery has told of is written down and fulfilled like any other;
a second run changes nothing. Letters are put into the queue, which a running server empties.
Exits with 1 if something could not be closed.";

/// Compares with the store's own records, and makes up for what was never told
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Reconcile {
    /// The store
    #[arg(long, value_name = "NAME", default_value = "gumroad")]
    source: String,
    /// Sales from this time on: a time, a date, or an age such as 3d
    #[arg(long, value_name = "TIME", default_value = "180d")]
    since: Moment,
    /// Print the report as one line of JSON
    #[arg(long)]
    json: bool,
}

impl Reconcile {
    pub(crate) fn run(
        &self,
        fulfillment: &Fulfillment,
        now: Timestamp,
        output: &mut dyn Write,
    ) -> Result<Ending, Failure> {
        let since = self.since.resolve(now);
        let report = fulfillment.reconcile(&self.source, since, Memberships::Licensed, now)?;
        if self.json {
            serde_json::to_writer(&mut *output, &report).map_err(std::io::Error::from)?;
            writeln!(output)?;
        } else {
            words::print(&report, output)?;
        }
        Ok(if report.is_closed() { Ending::Done } else { Ending::SomeFailed })
    }
}
