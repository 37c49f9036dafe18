//! `mintmark-replay run`: fulfills rows again.

mod choice;
mod question;
mod tally;

use crate::confirm::{self, Answer};
use crate::failure::{Ending, Failure};
use crate::filters::Filters;
use crate::list::print_row;
use choice::Wanted;
use clap::Args;
use jiff::Timestamp;
use mintmark_fulfillment::{AuditRow, Error, Fulfillment, Replayed, printable};
use mintmark_terminal::progress::Progress;
use mintmark_terminal::say;
use std::collections::BTreeSet;
use std::io::Write;
use tally::Tally;

/// Rows that are replayed before they are told of.
const STEP: usize = 256;

const AFTER_HELP: &str = "\
Examples:
  mintmark-replay run 12 17
  mintmark-replay run --failed
  mintmark-replay run --unprocessed --since 2d --yes --json

With filters, only rows with something left to do are taken, after a question.
A second run changes nothing: an order keeps its one license, and no letter is sent twice.
Letters are put into the queue, which a running server empties.";

/// Fulfills audit rows again, oldest first: by their ids, or all that filters name
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Run {
    /// Ids of rows, as `list` prints them
    #[arg(value_name = "ID", conflicts_with = "Filters")]
    ids: Vec<i64>,
    /// At most this many rows, the newest that the filters name
    #[arg(long, value_name = "N", conflicts_with = "ids")]
    limit: Option<usize>,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
    /// Print each row as a line of JSON after its replay
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    filters: Filters,
}

impl Run {
    /// What was typed, if it can be carried out.
    pub(crate) fn wanted(&self, now: Timestamp) -> Result<Wanted, Failure> {
        if !self.ids.is_empty() {
            return Ok(Wanted::Rows(self.ids.iter().copied().collect()));
        }
        if self.filters.are_empty() {
            return Err(Failure::Usage(
                "name rows by their ids, or choose them with a filter such as --failed",
            ));
        }
        Ok(Wanted::Filtered { filter: self.filters.resolve(now), limit: self.limit.unwrap_or(usize::MAX) })
    }

    pub(crate) fn run(
        &self,
        fulfillment: &Fulfillment,
        wanted: Wanted,
        clock: fn() -> Timestamp,
        output: &mut dyn Write,
    ) -> Result<Ending, Failure> {
        let asks = matches!(wanted, Wanted::Filtered { .. }) && !self.yes;
        let choice = wanted.choose(fulfillment.records())?;
        if choice.ids.is_empty() {
            say("nothing to replay");
            return Ok(Ending::Done);
        }
        if asks && !confirm::can_be_asked() {
            return Err(Failure::Usage("nobody is at the terminal to confirm; --yes replays without asking"));
        }
        if asks && confirm::ask(&question::words(&choice))? == Answer::No {
            say("nothing was replayed");
            return Ok(Ending::Done);
        }
        let tally = self.replay(fulfillment, choice.ids, clock, output)?;
        say(&tally.to_string());
        Ok(tally.ending())
    }

    fn replay(
        &self,
        fulfillment: &Fulfillment,
        ids: BTreeSet<i64>,
        clock: fn() -> Timestamp,
        output: &mut dyn Write,
    ) -> Result<Tally, Failure> {
        let progress = Progress::over(ids.len());
        let mut tally = Tally::default();
        let ids: Vec<i64> = ids.into_iter().collect();
        for ids in ids.chunks(STEP) {
            for replay in fulfillment.replay(ids, clock())? {
                match replay {
                    Ok((replayed, row)) => {
                        tally.add(replayed);
                        progress.aside(|| self.print(replayed, &row, output))?;
                    }
                    Err(error @ Error::NotFound { .. }) => {
                        tally.add_unknown();
                        progress.aside(|| say(&format!("error: {error}")));
                    }
                    Err(error) => return Err(error.into()),
                }
                progress.step();
            }
        }
        progress.finish();
        Ok(tally)
    }

    fn print(&self, replayed: Replayed, row: &AuditRow, output: &mut dyn Write) -> Result<(), Failure> {
        if self.json {
            return print_row(row, output);
        }
        let detail = match replayed {
            Replayed::FailedAgain => row.error.as_deref(),
            Replayed::Fulfilled | Replayed::LetterQueued | Replayed::NothingToDo => {
                row.license_key.as_deref().or(row.reason.as_deref())
            }
        };
        let detail = detail.map(|detail| format!("  {}", printable(detail))).unwrap_or_default();
        Ok(writeln!(output, "{}  {}{detail}", row.id, tally::word(replayed))?)
    }
}
