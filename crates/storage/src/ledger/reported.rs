//! A report about a letter, written down with the end of the attempt that read it.

use super::Ledger;
use crate::letters::{self, LetterReport, Reported};
use crate::{Conclusion, Pending, Store};

impl Store {
    /// Does what a report says, and ends the attempt as `conclude` says in view of the letter, if it is one of ours. No
    /// order is decided upon, so nobody who sells is kept waiting.
    pub fn report(
        &self,
        report: LetterReport,
        conclude: impl FnOnce(Option<&Reported>) -> Conclusion + Send + 'static,
    ) -> Pending<Option<Reported>> {
        self.write(move |connection| {
            let reported = letters::apply(connection, &report)?;
            let conclusion = conclude(reported.as_ref());
            Ledger::new(connection, conclusion.at).conclude(&conclusion, None, None)?;
            Ok(reported)
        })
    }
}
