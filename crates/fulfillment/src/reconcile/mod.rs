//! Reconciling: what a store's own records say, against what it told us; what was missed is made up for.

pub(crate) mod charges;
mod course;
mod gifts;
mod job;
mod known;
mod memberships;
mod report;
mod sales;
mod write;

pub use job::Reconciler;
pub use report::{Open, Report, Unread};

use crate::{Error, Fulfillment};
use jiff::Timestamp;
use mintmark_adapters::{Books, BooksError, Days};
use report::Tally;

/// A store that cannot be asked so often in a row is left alone until the next run.
const MOST_FAILURES: usize = 3;

/// Which subscriptions are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Memberships {
    /// Those with a charge in the days that are read.
    Charged,
    /// All that have a license.
    Licensed,
}

/// One run over one store.
struct Run<'a> {
    fulfillment: &'a Fulfillment,
    books: &'a dyn Books,
    source: &'static str,
    now: Timestamp,
    /// Called before each question.
    beat: &'a mut dyn FnMut(),
    tally: Tally,
}

impl Fulfillment {
    /// Compares the sales of a store since then with what is on record, writes down what was missed, and fulfills it.
    /// A second run finds nothing.
    ///
    /// # Errors
    /// There is no such source, it has no token or a wrong one, or the database fails. What the store does not answer is
    /// in the report.
    pub fn reconcile(
        &self,
        source: &str,
        since: Timestamp,
        memberships: Memberships,
        now: Timestamp,
    ) -> Result<Report, Error> {
        self.reconcile_beating(source, since, memberships, now, &mut || {})
    }

    /// As [`Fulfillment::reconcile`], and shows from time to time that it goes on.
    fn reconcile_beating(
        &self,
        source: &str,
        since: Timestamp,
        memberships: Memberships,
        now: Timestamp,
        beat: &mut dyn FnMut(),
    ) -> Result<Report, Error> {
        let (source, books) = self.books(source)?;
        let days = Days::between(since, now);
        let mut run = Run { fulfillment: self, books, source, now, beat, tally: Tally::default() };
        run.sales(days)?;
        run.memberships(memberships)?;
        Ok(run.tally.report(source, days))
    }

    /// The records of a source, by its name.
    ///
    /// # Errors
    /// There is no such source, or no token for it.
    pub(crate) fn books(&self, source: &str) -> Result<(&'static str, &dyn Books), Error> {
        let adapter = self.records.sources.get(source);
        let adapter = adapter.ok_or_else(|| Error::NotFound { what: "source", id: source.to_owned() })?;
        let books = adapter.books().ok_or(Error::NoToken { store: adapter.name() })?;
        Ok((adapter.name(), books))
    }
}

/// Counts questions in a row that were not answered. A token that will not do would be refused every other one.
fn bear(failures: &mut usize, error: &BooksError) -> Result<(), Error> {
    if error.is_of_token() {
        return Err(Error::Books(error.clone()));
    }
    *failures += 1;
    Ok(())
}
