//! `mintmark-replay dismiss`: rows that nothing follows from.

use crate::failure::{Ending, Failure};
use crate::list::print_row;
use crate::operator::OnRecord;
use clap::Args;
use jiff::Timestamp;
use mintmark_fulfillment::{Error, Fulfillment, printable};
use mintmark_terminal::say;
use std::io::Write;

const AFTER_HELP: &str = "\
Examples:
  mintmark-replay dismiss 12 17 --why 'trials of ours'
  mintmark-replay dismiss 12 --undo --why 'it was a real sale after all'

A dismissed row is no fact of its order any more: no replay mints it, until that is undone.";

/// Says of rows that nothing follows from them; each stays on record with who said so and why
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Dismiss {
    /// Ids of rows, as `list` prints them
    #[arg(value_name = "ID", required = true)]
    ids: Vec<i64>,
    #[command(flatten)]
    on_record: OnRecord,
    /// Take dismissals back, and fulfill the rows
    #[arg(long)]
    undo: bool,
    /// Print each row as a line of JSON
    #[arg(long)]
    json: bool,
}

impl Dismiss {
    pub(crate) fn run(
        &self,
        fulfillment: &Fulfillment,
        now: Timestamp,
        output: &mut dyn Write,
    ) -> Result<Ending, Failure> {
        let operator = self.on_record.operator();
        let mut ending = Ending::Done;
        for id in &self.ids {
            let row = match self.undo {
                true => fulfillment.undo_dismissal(*id, &operator, now),
                false => fulfillment.dismiss(*id, &operator, now),
            };
            match row {
                Ok(row) if self.json => print_row(&row, output)?,
                Ok(row) => {
                    let told = row.error.as_deref().or(row.license_key.as_deref()).or(row.reason.as_deref());
                    writeln!(output, "{id}  {}", told.map(printable).unwrap_or_default())?;
                }
                Err(
                    error @ (Error::NotFound { .. } | Error::Settled { .. } | Error::NotDismissed { .. }),
                ) => {
                    say(&format!("error: {error}"));
                    ending = Ending::SomeFailed;
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(ending)
    }
}
