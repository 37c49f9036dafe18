//! Fulfilling: from a delivery on record to a license with its letter. Replay begins here.

mod attempt;
mod bundle;
mod changes;
mod chronicle;
mod gift;
mod links;
mod notices;
mod order;
mod outcome;
mod plain;
mod prune;
mod report;
mod settle;
mod settler;
mod spare;
mod verdict;

use crate::mailing::Mailing;
use crate::readback::VERIFICATION_PENDING;
use crate::{Error, Fulfillment};
pub(crate) use attempt::{Attempt, Ending, subject};
use futures_util::FutureExt as _;
use jiff::Timestamp;
pub(crate) use links::party;
use mintmark_adapters::{Event, Interpretation, Verdict};
use mintmark_storage::{Delivery, Outcome, Subject};
pub(crate) use notices::mail_uid;
pub use prune::Prunable;
pub use spare::Spare;
#[cfg(test)]
pub(crate) use spare::{Telling, told_again};
use std::panic::AssertUnwindSafe;

/// A crash may cut an attempt off; what cuts off this many is parked for a person.
const MOST_ATTEMPTS_WITHOUT_END: i64 = 5;

/// What became of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fulfilled {
    /// Its order has a license.
    Licensed {
        /// The license's key.
        license_key: String,
        /// Where the letter is.
        mailing: Mailing,
        /// The number of the letter that this very delivery has put into the outbox.
        new_letter: Option<i64>,
    },
    /// Its order's license is another now.
    Changed {
        /// What has changed.
        outcome: Outcome,
        /// The license's key, if it runs.
        license_key: Option<String>,
    },
    /// An event from which nothing follows.
    Noted,
    /// Nothing to mint, or nothing yet.
    NotMinted {
        /// Why, in the fixed words.
        reason: String,
    },
}

impl Fulfillment {
    /// Interprets a delivery and does what follows from it, in one transaction. Never sends mail.
    ///
    /// # Errors
    /// The database fails, or something in it panics; the delivery stays unfinished and is tried again.
    pub async fn fulfill(&self, delivery: &Delivery, now: Timestamp) -> Result<Fulfilled, Error> {
        // It is on record: whatever a body makes of us, its sender is answered and its neighbors go on.
        let fulfilled = AssertUnwindSafe(self.try_to_fulfill(delivery, now)).catch_unwind().await;
        fulfilled.unwrap_or(Err(Error::Panicked { delivery: delivery.id }))
    }

    async fn try_to_fulfill(&self, delivery: &Delivery, now: Timestamp) -> Result<Fulfilled, Error> {
        let attempt = Attempt { delivery, now };
        if delivery.recorded.declared_size.is_some() {
            return self.conclude(attempt, attempt::unknown(), Ending::failed("body too large")).await;
        }
        // Nobody has read back what is in hand for the first time.
        let reading = if delivery.attempt > 1 { self.records.store.reading(delivery.id)? } else { None };
        let Some(mut interpretation) = self.records.believed(delivery, reading.as_deref()) else {
            let ending = Ending::failed("there is no such source any more");
            return self.conclude(attempt, attempt::unknown(), ending).await;
        };
        if reading.is_none() && self.is_to_be_verified(delivery, &interpretation) {
            return self.defer(attempt, attempt::subject(&interpretation)).await;
        }
        let verdict = std::mem::replace(&mut interpretation.verdict, Verdict::Events(Vec::new()));
        let ending = match verdict {
            Verdict::Events(events) => return self.follow(attempt, interpretation, events).await,
            Verdict::Reported(report) => return self.report(attempt, &interpretation, &report).await,
            Verdict::Ignored(reason) => Ending::ignored(reason),
            Verdict::Held(reason) => Ending::held(reason),
            Verdict::Unreadable(reason) => Ending::failed(reason),
        };
        self.conclude(attempt, attempt::subject(&interpretation), ending).await
    }

    /// What follows from the facts of a delivery. A plain sale, of which nothing else is known, is nearly everything
    /// that comes, and has a short way.
    async fn follow(
        &self,
        attempt: Attempt<'_>,
        interpretation: Interpretation,
        events: Vec<Event>,
    ) -> Result<Fulfilled, Error> {
        if let Some(fulfilled) = self.try_plain_sale(attempt, &interpretation, &events).await? {
            return Ok(fulfilled);
        }
        self.settle(attempt, interpretation, events).await
    }

    /// As [`Fulfillment::fulfill`], for what an interrupted run left behind; what interrupts every attempt is
    /// parked.
    pub(crate) async fn fulfill_unfinished(
        &self,
        delivery: &Delivery,
        now: Timestamp,
    ) -> Result<Fulfilled, Error> {
        if delivery.attempt <= MOST_ATTEMPTS_WITHOUT_END {
            return self.fulfill(delivery, now).await;
        }
        let reason = format!("given up: {MOST_ATTEMPTS_WITHOUT_END} attempts did not come to an end");
        self.conclude(Attempt { delivery, now }, attempt::unknown(), Ending::failed(reason)).await
    }

    /// Leaves it open what follows until the store was asked.
    async fn defer(&self, attempt: Attempt<'_>, subject: Subject) -> Result<Fulfilled, Error> {
        let reason = VERIFICATION_PENDING.to_owned();
        let (conclusion, now) = (attempt.conclusion(subject, Ending::open(reason.clone())), attempt.now);
        self.records.store.settle(now, move |ledger| ledger.defer(&conclusion, now)).await?;
        Ok(Fulfilled::NotMinted { reason })
    }

    /// Writes down an attempt that led to no license.
    async fn conclude(
        &self,
        attempt: Attempt<'_>,
        subject: Subject,
        ending: Ending,
    ) -> Result<Fulfilled, Error> {
        let fulfilled = match ending.reason.clone() {
            Some(reason) => Fulfilled::NotMinted { reason },
            None => Fulfilled::Noted,
        };
        self.records.store.conclude(attempt.conclusion(subject, ending)).await?;
        Ok(fulfilled)
    }
}
