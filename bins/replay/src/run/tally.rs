//! What a run came to.

use crate::failure::Ending;
use mintmark_fulfillment::Replayed;
use std::fmt;

/// How many rows ended how.
#[derive(Debug, Default)]
pub(super) struct Tally {
    fulfilled: usize,
    letters_queued: usize,
    nothing_to_do: usize,
    failed_again: usize,
    unknown: usize,
}

impl Tally {
    pub(super) fn add(&mut self, replayed: Replayed) {
        let count = match replayed {
            Replayed::Fulfilled => &mut self.fulfilled,
            Replayed::LetterQueued => &mut self.letters_queued,
            Replayed::NothingToDo => &mut self.nothing_to_do,
            Replayed::FailedAgain => &mut self.failed_again,
        };
        *count += 1;
    }

    /// Counts an id that names no row.
    pub(super) fn add_unknown(&mut self) {
        self.unknown += 1;
    }

    pub(super) fn ending(&self) -> Ending {
        if self.failed_again + self.unknown == 0 { Ending::Done } else { Ending::SomeFailed }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { fulfilled, letters_queued, nothing_to_do, failed_again, unknown } = self;
        let letters = if *letters_queued == 1 { "letter" } else { "letters" };
        write!(formatter, "{fulfilled} fulfilled, {letters_queued} {letters} queued, ")?;
        write!(formatter, "{nothing_to_do} nothing to do, {failed_again} failed again")?;
        if *unknown > 0 {
            write!(formatter, ", {unknown} unknown")?;
        }
        Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_again_and_what_is_unknown_make_the_run_fail() {
        let mut tally = Tally::default();
        for replayed in [Replayed::Fulfilled, Replayed::LetterQueued, Replayed::NothingToDo] {
            tally.add(replayed);
        }
        assert_eq!(tally.ending(), Ending::Done);
        tally.add(Replayed::FailedAgain);
        assert_eq!(tally.ending(), Ending::SomeFailed);
        tally.add_unknown();
        let told = "1 fulfilled, 1 letter queued, 1 nothing to do, 1 failed again, 1 unknown";
        assert_eq!(tally.to_string(), told);
    }
}
