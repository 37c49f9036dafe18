//! The sales of a store, window by window.

use super::Run;
use super::gifts::Gift;
use super::known;
use crate::Error;
use mintmark_adapters::{BooksError, Days, Event, GiftSide, Listing, Record, UnreadDays, Verdict};
use std::collections::HashSet;

/// Why a record is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum News {
    /// No delivery has told of it.
    Missed,
    /// It was told, and something became of it since.
    Changed,
}

impl Run<'_> {
    /// Reads the windows, the newest first: who bought yesterday waits, and who bought in spring does not. What the store
    /// does not answer is asked once more in the end.
    pub(super) fn sales(&mut self, days: Days) -> Result<(), Error> {
        let mut seen = HashSet::new();
        let failed = self.windows(days.windows(), &mut seen)?;
        let windows = failed.into_iter().map(|unread| unread.days).collect();
        let failed = self.windows(windows, &mut seen)?;
        failed.into_iter().for_each(|unread| self.tally.unread(unread));
        Ok(())
    }

    /// Answers with the windows that could not be read.
    fn windows(&mut self, windows: Vec<Days>, seen: &mut HashSet<String>) -> Result<Vec<UnreadDays>, Error> {
        let (mut failures, mut failed) = (0, Vec::new());
        let mut last: Option<BooksError> = None;
        for days in windows {
            if let Some(why) = last.clone().filter(|_| failures >= super::MOST_FAILURES) {
                failed.push(UnreadDays { days, why });
                continue;
            }
            (self.beat)();
            match self.books.sales(days) {
                Ok(listing) => {
                    failures = 0;
                    self.take_in(listing, seen)?;
                }
                Err(why) => {
                    super::bear(&mut failures, &why)?;
                    last = Some(why.clone());
                    failed.push(UnreadDays { days, why });
                }
            }
        }
        Ok(failed)
    }

    fn take_in(&mut self, listing: Listing, seen: &mut HashSet<String>) -> Result<(), Error> {
        let Listing { mut records, unread } = listing;
        unread.into_iter().for_each(|unread| self.tally.unread(unread));
        records.retain(|record| match &record.interpretation.sale_id {
            Some(id) => seen.insert(id.clone()),
            None => true,
        });
        self.compare(records)
    }

    /// Compares some sales with what is on record, and writes down what is news.
    fn compare(&mut self, records: Vec<Record>) -> Result<(), Error> {
        let ids: Vec<String> =
            records.iter().filter_map(|record| record.interpretation.sale_id.clone()).collect();
        let known = self.known(&ids)?;
        let (charges, unsettled) = (known::charges(&known), known::unsettled(&known));
        let erased = known::erased(&known);
        let mut news: Vec<(News, Record)> = Vec::new();
        for record in records {
            let Some(events) = self.listed(&record) else { continue };
            let sale_id = record.interpretation.sale_id.clone().unwrap_or_default();
            let is_told = charges.is_told(&sale_id);
            if erased.contains(&sale_id) {
                self.tally.known += 1;
                continue;
            }
            if record.gift == GiftSide::Giver && !is_told {
                match self.gift(&record)? {
                    Gift::Missed => news.push((News::Missed, record)),
                    Gift::Known(None) => self.tally.known += 1,
                    Gift::Known(Some(receivers)) => {
                        self.tally.known += 1;
                        news.push((News::Changed, *receivers));
                    }
                }
                continue;
            }
            self.tally.known += usize::from(is_told);
            match (is_told, charges.lacks(events)) {
                (false, _) => news.push((News::Missed, record)),
                (true, true) => news.push((News::Changed, record)),
                (true, false) => {
                    if let Some(reason) = unsettled.get(&sale_id) {
                        self.tally.open(sale_id, reason.clone());
                    }
                }
            }
        }
        self.write(news)
    }

    /// What a listed record tells, if it is a sale.
    fn listed<'r>(&mut self, record: &'r Record) -> Option<&'r [Event]> {
        let id = || record.interpretation.sale_id.clone().unwrap_or_default();
        match &record.interpretation.verdict {
            Verdict::Events(events) => {
                self.tally.listed += 1;
                if let Some(subscription) =
                    known::sale_of(events).and_then(|sale| sale.subscription_id.clone())
                {
                    self.tally.subscriptions.insert(subscription);
                }
                Some(events)
            }
            Verdict::Ignored(_) | Verdict::Reported(_) => None,
            Verdict::Held(reason) | Verdict::Unreadable(reason) => {
                self.tally.listed += 1;
                self.tally.open(id(), format!("the store's record: {reason}"));
                None
            }
        }
    }
}
