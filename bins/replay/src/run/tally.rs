//! What a run came to.

use super::preview::counted;
use crate::failure::Ending;
use crate::list::groups::{By, Groups};
use mintmark_fulfillment::{AuditRow, Replayed};
use std::collections::BTreeMap;

/// How many rows ended how.
#[derive(Debug)]
pub(super) struct Tally {
    fulfilled: usize,
    letters_queued: usize,
    nothing_to_do: usize,
    failed_again: usize,
    unknown: usize,
    outcomes: BTreeMap<&'static str, usize>,
    failures: Groups,
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            fulfilled: 0,
            letters_queued: 0,
            nothing_to_do: 0,
            failed_again: 0,
            unknown: 0,
            outcomes: BTreeMap::new(),
            failures: Groups::new(By::Reason),
        }
    }
}

impl Tally {
    pub(super) fn add(&mut self, replayed: Replayed, row: &AuditRow) {
        let count = match replayed {
            Replayed::Fulfilled => &mut self.fulfilled,
            Replayed::LetterQueued => &mut self.letters_queued,
            Replayed::NothingToDo => &mut self.nothing_to_do,
            Replayed::FailedAgain => &mut self.failed_again,
        };
        *count += 1;
        let undecided = if row.error.is_some() { "failed" } else { "not decided" };
        *self.outcomes.entry(row.outcome.map_or(undecided, |outcome| outcome.as_str())).or_default() += 1;
        if replayed == Replayed::FailedAgain {
            self.failures.count(row);
        }
    }

    /// Counts an id that names no row.
    pub(super) fn add_unknown(&mut self) {
        self.unknown += 1;
    }

    pub(super) fn rows(&self) -> usize {
        self.fulfilled + self.letters_queued + self.nothing_to_do + self.failed_again + self.unknown
    }

    pub(super) fn ending(&self) -> Ending {
        if self.failed_again + self.unknown == 0 { Ending::Done } else { Ending::SomeFailed }
    }

    /// In one line.
    pub(super) fn line(&self) -> String {
        let Self { fulfilled, letters_queued, nothing_to_do, failed_again, unknown, .. } = self;
        let letters = if *letters_queued == 1 { "letter" } else { "letters" };
        let mut line = format!(
            "{fulfilled} fulfilled, {letters_queued} {letters} queued, {nothing_to_do} nothing to do, \
             {failed_again} failed again"
        );
        if *unknown > 0 {
            line.push_str(&format!(", {unknown} unknown"));
        }
        line
    }

    /// By outcome, and why what failed has failed.
    pub(super) fn summary(&self) -> String {
        let outcomes: Vec<String> =
            self.outcomes.iter().map(|(outcome, count)| format!("{count} {outcome}")).collect();
        let mut summary = format!("{}\nBy outcome: {}", self.line(), outcomes.join(", "));
        if self.failed_again > 0 {
            let failures = counted(self.failures.sorted(), By::Reason);
            summary.push_str(&format!("\nFailed again:\n{}", failures.trim_end()));
        }
        summary
    }
}

/// What became of one row, in words.
pub(super) fn word(replayed: Replayed) -> &'static str {
    match replayed {
        Replayed::Fulfilled => "fulfilled",
        Replayed::LetterQueued => "letter queued",
        Replayed::NothingToDo => "nothing to do",
        Replayed::FailedAgain => "failed again",
    }
}
