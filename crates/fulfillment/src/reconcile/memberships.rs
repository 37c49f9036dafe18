//! Memberships: only their own records say how they stand.

use super::course::Course;
use super::sales::News;
use super::{Memberships, Run};
use crate::Error;
use mintmark_adapters::{BooksError, Record, Verdict};
use std::collections::BTreeSet;

impl Run<'_> {
    /// Asks for each subscription, and writes down what we were not told.
    pub(super) fn memberships(&mut self, which: Memberships) -> Result<(), Error> {
        let mut ids: BTreeSet<String> = self.tally.subscriptions.clone();
        let licensed = self.fulfillment.records.store.licensed_subscriptions(self.source)?;
        match which {
            // One that has no license has nothing that could end.
            Memberships::Charged => {
                let licensed: BTreeSet<String> = licensed.into_iter().collect();
                ids.retain(|id| licensed.contains(id));
            }
            Memberships::Licensed => ids = licensed.into_iter().collect(),
        }
        let mut failures = 0;
        for id in ids {
            (self.beat)();
            match self.books.subscription(&id, self.now) {
                Ok(record) => {
                    failures = 0;
                    self.tally.asked_for += 1;
                    self.compare_subscription(&id, record)?;
                }
                Err(BooksError::NotFound) => {}
                Err(error) => {
                    super::bear(&mut failures, &error)?;
                    self.tally.open(id, error.to_string());
                    if failures == super::MOST_FAILURES {
                        return Ok(());
                    }
                }
            }
        }
        Ok(())
    }

    fn compare_subscription(&mut self, id: &str, record: Record) -> Result<(), Error> {
        match &record.interpretation.verdict {
            Verdict::Events(events) => {
                let known = self.known(&[id.to_owned()])?;
                if Course::of(&known).differs(events, self.now) {
                    return self.write(vec![(News::Changed, record)]);
                }
            }
            Verdict::Ignored(_) | Verdict::Reported(_) => {}
            Verdict::Held(reason) | Verdict::Unreadable(reason) => {
                self.tally.open(id.to_owned(), format!("the store's record: {reason}"));
            }
        }
        Ok(())
    }
}
