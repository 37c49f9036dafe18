//! `mintmark-admin mail retry`: the same letters once more.

use super::obstacle;
use crate::confirm::{self, Answer};
use crate::failure::{Ending, Failure};
use crate::operator::OnRecord;
use clap::Args;
use jiff::Timestamp;
use mintmark_fulfillment::{Handled, Letter, LetterFilter, LetterState, Records, printable, unmailable};
use std::io::Write;

const AFTER_HELP: &str = "\
Examples:
  mintmark-admin mail retry 12 15
  mintmark-admin mail retry --all --failed --yes

--all --failed takes the letters that were given up and those that wait for their
next try after an error. What came back or is held is sent again by its number
alone: such an address gets letters again from then on.

Letters are put into the queue, which a running server empties.";

/// Puts letters into the queue again that failed, came back, wait or are held: the same letters, with the same keys
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Retry {
    /// Numbers of letters, as `mail list` shows them
    #[arg(required_unless_present = "all", value_name = "ID")]
    ids: Vec<i64>,
    /// All letters that --failed names
    #[arg(long, conflicts_with = "ids", requires = "failed")]
    all: bool,
    /// Letters that were given up, or wait after an error
    #[arg(long, requires = "all")]
    failed: bool,
    #[command(flatten)]
    on_record: OnRecord,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
}

impl Retry {
    /// What was typed, before anything is opened.
    pub(super) fn check(&self) -> Result<(), Failure> {
        if self.all && !self.yes && !confirm::can_be_asked() {
            return Err(Failure::Usage("nobody is at the terminal to confirm; --yes sends without asking"));
        }
        Ok(())
    }

    pub(super) fn run(
        &self,
        records: &Records,
        now: Timestamp,
        output: &mut dyn Write,
    ) -> Result<Ending, Failure> {
        let ids = if self.all { failed(records)? } else { self.ids.clone() };
        if self.all && ids.is_empty() {
            writeln!(output, "no letter has failed")?;
            return Ok(Ending::Done);
        }
        let question = format!("Letters that failed: {}. Queue them now? [y/N] ", ids.len());
        if self.all && !self.yes && confirm::ask(&question)? == Answer::No {
            return Ok(Ending::Done);
        }
        let operator = self.on_record.operator();
        let mut ending = Ending::Done;
        for id in ids {
            let told = match records.retry_letter(id, &operator, now)? {
                Handled::Done(letter) => queued(&letter),
                Handled::Refused(letter, obstacle) => Err(obstacle::words(&letter, obstacle)),
                Handled::Unknown => Err("there is no such letter; see: mintmark-admin mail list".to_owned()),
            };
            match told {
                Ok(words) => writeln!(output, "letter {id}  {words}")?,
                Err(words) => {
                    ending = Ending::SomeFailed;
                    writeln!(output, "letter {id}  not sent again: {words}")?;
                }
            }
        }
        Ok(ending)
    }
}

/// What of it cannot be sent however often it is tried is said at once.
fn queued(letter: &Letter) -> Result<String, String> {
    match unmailable(letter) {
        None => Ok(format!("queued, to {}", printable(&letter.recipient))),
        Some(reason) => {
            Err(format!("{reason}; mintmark-admin license resend {} --to ADDRESS", letter.license_id))
        }
    }
}

/// Oldest first. What is enclosed in another letter goes with that one.
fn failed(records: &Records) -> Result<Vec<i64>, Failure> {
    let states = vec![LetterState::Failed, LetterState::Queued];
    let rows = records.letter_rows(&LetterFilter { states, failed: true, ..LetterFilter::default() })?;
    let sent = rows.into_iter().filter(|row| row.letter.enclosed_in.is_none());
    let mut ids: Vec<i64> = sent.map(|row| row.letter.id).collect();
    ids.reverse();
    Ok(ids)
}
