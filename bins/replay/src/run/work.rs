//! The work of a run: group by group, until all is done or somebody wants it to stop.

use super::tally::{self, Tally};
use crate::failure::{Ending, Failure};
use crate::list::print_row;
use jiff::Timestamp;
use mintmark_fulfillment::{AuditRow, Error, Fulfillment, Replayed, printable};
use mintmark_terminal::interrupt::Interrupt;
use mintmark_terminal::progress::Progress;
use mintmark_terminal::say;
use std::io::Write;

/// Rows that are replayed before they are told of: some tenths of a second.
const STEP: usize = 1024;

/// What is printed of each row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// A line for a person.
    Lines,
    /// A line of JSON.
    Json,
    /// Nothing, but for those that are not there: there are too many.
    Summary,
}

/// Everything that replaying takes but the rows.
pub(super) struct Work<'a> {
    pub(super) fulfillment: &'a Fulfillment,
    pub(super) clock: fn() -> Timestamp,
    pub(super) told: Told,
    pub(super) interrupt: &'a Interrupt,
}

/// What is done.
#[derive(Debug, Default)]
pub(super) struct Finished {
    pub(super) tally: Tally,
    pub(super) failed: Vec<i64>,
}

impl Work<'_> {
    /// Stops after the group in hand if somebody asks for it.
    pub(super) fn replay(&self, ids: &[i64], output: &mut dyn Write) -> Result<Finished, Failure> {
        let mut progress = Progress::over(ids.len());
        let mut finished = Finished::default();
        for group in ids.chunks(STEP).take_while(|_| !self.interrupt.is_asked()) {
            let replays = self.fulfillment.replay(group, (self.clock)())?;
            for (id, replay) in group.iter().zip(replays) {
                match replay {
                    Ok((replayed, row)) => {
                        finished.tally.add(replayed, &row);
                        finished.failed.extend((replayed == Replayed::FailedAgain).then_some(*id));
                        progress.aside(|| self.print(replayed, &row, output))?;
                    }
                    Err(error @ Error::NotFound { .. }) => {
                        finished.tally.add_unknown();
                        progress.aside(|| say(&format!("error: {error}")));
                    }
                    Err(error) => return Err(error.into()),
                }
            }
            progress.step(group.len());
        }
        progress.finish();
        Ok(finished)
    }

    fn print(&self, replayed: Replayed, row: &AuditRow, output: &mut dyn Write) -> Result<(), Failure> {
        match self.told {
            Told::Json => return print_row(row, output),
            Told::Summary => return Ok(()),
            Told::Lines => {}
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

impl Finished {
    /// Says what is done, and how the rest is.
    pub(super) fn tell(&self, told: Told, ids: &[i64], interrupt: &Interrupt) -> Ending {
        let (done, all) = (self.tally.rows(), ids.len());
        match told {
            Told::Summary => say(&self.tally.summary()),
            Told::Lines | Told::Json => say(&self.tally.line()),
        }
        if done < all && interrupt.is_asked() {
            say(&format!("Interrupted after {done} of {all} rows. To go on: {}", same_command()));
            return Ending::Interrupted;
        }
        self.tally.ending()
    }
}

/// What was typed. Rows that are done are not touched again.
fn same_command() -> String {
    let words = std::env::args().skip(1).map(|word| quoted(&word));
    ["mintmark-replay".to_owned()].into_iter().chain(words).collect::<Vec<_>>().join(" ")
}

fn quoted(word: &str) -> String {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "-_=./:@,+".contains(character);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_word_can_be_typed_again() {
        assert_eq!(
            ["--since=2h", "no entry", "it's", ""].map(quoted),
            ["--since=2h", "'no entry'", r"'it'\''s'", "''"]
        );
    }
}
