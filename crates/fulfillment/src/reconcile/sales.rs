//! The sales of a store, window by window.

use super::Run;
use super::gifts::Gift;
use super::known;
use crate::Error;
use mintmark_adapters::{Days, Event, GiftSide, Record, UnreadDays, Verdict};
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
    /// Reads the windows, the newest first: who bought yesterday waits, and who bought in spring does not.
    pub(super) fn sales(&mut self, days: Days) -> Result<(), Error> {
        let mut seen = HashSet::new();
        let mut failures = 0;
        for window in days.windows() {
            if failures >= super::MOST_FAILURES {
                self.tally.left_out(window);
                continue;
            }
            match self.books.sales(window) {
                Ok(listing) => {
                    failures = 0;
                    listing.unread.into_iter().for_each(|unread| self.tally.unread(unread));
                    let is_new = |record: &Record| match &record.interpretation.sale_id {
                        Some(id) => seen.insert(id.clone()),
                        None => true,
                    };
                    let mut records = listing.records;
                    records.retain(is_new);
                    self.compare(records)?;
                }
                Err(error) => {
                    super::bear(&mut failures, &error)?;
                    self.tally.unread(UnreadDays { days: window, why: error });
                }
            }
        }
        Ok(())
    }

    /// Compares some sales with what is on record, and writes down what is news.
    fn compare(&mut self, records: Vec<Record>) -> Result<(), Error> {
        let ids: Vec<String> =
            records.iter().filter_map(|record| record.interpretation.sale_id.clone()).collect();
        let known = self.known(&ids)?;
        let (charges, unsettled) = (known::charges(&known), known::unsettled(&known));
        let mut news: Vec<(News, Record)> = Vec::new();
        for record in records {
            let Some(events) = self.listed(&record) else { continue };
            let sale_id = record.interpretation.sale_id.clone().unwrap_or_default();
            let is_told = charges.is_told(&sale_id);
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
            Verdict::Ignored(_) => None,
            Verdict::Held(reason) | Verdict::Unreadable(reason) => {
                self.tally.listed += 1;
                self.tally.open(id(), format!("the store's record: {reason}"));
                None
            }
        }
    }
}
