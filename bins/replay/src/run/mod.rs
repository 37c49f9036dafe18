//! `mintmark-replay run`: fulfills rows again.

mod choice;
mod preview;
mod tally;
mod watch;
mod work;

use crate::confirm::{self, Answer};
use crate::failure::{Ending, Failure};
use crate::filters::Filters;
use choice::Wanted;
use clap::Args;
use jiff::Timestamp;
use mintmark_fulfillment::Fulfillment;
use mintmark_terminal::interrupt::Interrupt;
use mintmark_terminal::say;
use std::io::Write;
use work::{Told, Work};

/// Of more rows only the summary is printed: nobody reads them.
const ROWS_FOR_A_PERSON: usize = 50;

const AFTER_HELP: &str = "\
Examples:
  mintmark-replay run 12 17
  mintmark-replay run --failed --dry-run
  mintmark-replay run --failed
  mintmark-replay run --reason 'no entry in' --product pro-2026
  mintmark-replay run --unprocessed --since 2d --yes --json
  mintmark-replay run --failed --watch --yes

With filters, only rows with something left to do are taken, after a question.
A second run changes nothing: an order keeps its one license, and no letter is sent twice.
Ctrl-C ends a run after the rows in hand; the same command goes on where it was.
Letters are put into the queue, which a running server empties.";

/// Fulfills audit rows again, oldest first: by their ids, or all that filters name
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Run {
    /// Ids of rows, as `list` prints them
    #[arg(value_name = "ID", conflicts_with = "Filters")]
    ids: Vec<i64>,
    /// At most this many rows, the newest that the filters name
    #[arg(long, value_name = "N", conflicts_with_all = ["ids", "watch"])]
    limit: Option<usize>,
    /// Say what would be done, and do nothing
    #[arg(long, conflicts_with = "watch")]
    dry_run: bool,
    /// Go on with what fails from now on, and with all of it after each edit of the products, until Ctrl-C
    #[arg(long, conflicts_with = "ids")]
    watch: bool,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
    /// Print each row as a line of JSON after its replay; with --dry-run, what would be done
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
        Ok(Wanted::Filtered {
            filter: Box::new(self.filters.resolve(now)),
            limit: self.limit.unwrap_or(usize::MAX),
        })
    }

    pub(crate) fn run(
        &self,
        fulfillment: &Fulfillment,
        wanted: Wanted,
        clock: fn() -> Timestamp,
        output: &mut dyn Write,
    ) -> Result<Ending, Failure> {
        let interrupt = Interrupt::listen().map_err(Failure::Signals)?;
        let asks = matches!(wanted, Wanted::Filtered { .. }) && !self.yes && !self.dry_run;
        let choice = wanted.choose(fulfillment)?;
        if choice.ids.is_empty() && !self.watch {
            say("nothing to replay");
            return Ok(Ending::Done);
        }
        if self.dry_run {
            match self.json {
                true => writeln!(output, "{}", choice.preview.to_json())?,
                false => output.write_all(choice.preview.words().as_bytes())?,
            }
            return Ok(Ending::Done);
        }
        if asks && !confirm::can_be_asked() {
            return Err(Failure::Usage("nobody is at the terminal to confirm; --yes replays without asking"));
        }
        let question = format!("{}Replay? [y/N] ", choice.preview.words());
        if asks && confirm::ask(&question)? == Answer::No {
            say("nothing was replayed");
            return Ok(Ending::Done);
        }
        let told = match (self.json, choice.ids.len() > ROWS_FOR_A_PERSON && self.ids.is_empty()) {
            (true, _) => Told::Json,
            (false, true) => Told::Summary,
            (false, false) => Told::Lines,
        };
        let work = Work { fulfillment, clock, told, interrupt: &interrupt };
        if self.watch {
            return work.watch(&wanted, choice.ids, output);
        }
        let finished = work.replay(&choice.ids, output)?;
        Ok(finished.tell(told, &choice.ids, &interrupt))
    }
}
