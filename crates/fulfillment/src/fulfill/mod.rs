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
use crate::meter::FAILED;
use crate::readback::VERIFICATION_PENDING;
use crate::{Error, Fulfillment};
pub(crate) use attempt::{Attempt, Ending, subject, unknown};
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
use std::time::{Duration, Instant};
use tracing::Instrument as _;

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

/// What became of a delivery, with the one word for it.
type Ended = (Fulfilled, &'static str);

impl Fulfillment {
    /// Interprets a delivery and does what follows from it, in one transaction. Never sends mail.
    ///
    /// # Errors
    /// The database fails, or something in it panics; the delivery stays unfinished and is tried again.
    pub async fn fulfill(&self, delivery: &Delivery, now: Timestamp) -> Result<Fulfilled, Error> {
        let span = tracing::info_span!("delivery", delivery = delivery.id);
        self.fulfill_and_count(delivery, now).instrument(span).await
    }

    async fn fulfill_and_count(&self, delivery: &Delivery, now: Timestamp) -> Result<Fulfilled, Error> {
        // It is on record: whatever a body makes of us, its sender is answered and its neighbors go on.
        let begun = Instant::now();
        let ended = AssertUnwindSafe(self.try_to_fulfill(delivery, now)).catch_unwind().await;
        let (fulfilled, word) = ended.unwrap_or(Err(Error::Panicked { delivery: delivery.id }))?;
        if word == Outcome::Minted.as_str() {
            // Of what is in hand for the first time, `now` is when it came.
            let before = now.duration_since(delivery.recorded.received_at);
            self.meter.minted(begun.elapsed() + Duration::try_from(before).unwrap_or_default());
        }
        self.end(delivery, word);
        Ok(fulfilled)
    }

    /// Counts and logs an attempt that came to its end. What failed is on its row, where a person finds it.
    pub(crate) fn end(&self, delivery: &Delivery, word: &str) {
        if word == FAILED || word == Outcome::Held.as_str() {
            tracing::info!(delivery = delivery.id, outcome = word, "a delivery waits for a person");
        } else {
            tracing::debug!(delivery = delivery.id, outcome = word, "fulfilled");
        }
        self.meter.ended(&delivery.recorded.source, word);
    }

    async fn try_to_fulfill(&self, delivery: &Delivery, now: Timestamp) -> Result<Ended, Error> {
        let attempt = Attempt { delivery, now };
        if delivery.recorded.declared_size.is_some() {
            return self.conclude(attempt, attempt::unknown(), Ending::failed("body too large")).await;
        }
        let reading = delivery.reading.as_deref();
        let Some(mut interpretation) = self.records.believed(delivery, reading) else {
            let ending = Ending::failed("there is no such source any more");
            return self.conclude(attempt, attempt::unknown(), ending).await;
        };
        let (kind, is_read_back) = (interpretation.kind.as_str(), reading.is_some());
        tracing::debug!(kind, attempt = delivery.attempt, is_read_back, "interpreted");
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
    ) -> Result<Ended, Error> {
        if let Some(ended) = self.try_plain_sale(attempt, &interpretation, &events).await? {
            return Ok(ended);
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
        let given_up = self.conclude(Attempt { delivery, now }, attempt::unknown(), Ending::failed(reason));
        let (fulfilled, word) = given_up.await?;
        self.end(delivery, word);
        Ok(fulfilled)
    }

    /// Leaves it open what follows until the store was asked.
    async fn defer(&self, attempt: Attempt<'_>, subject: Subject) -> Result<Ended, Error> {
        let reason = VERIFICATION_PENDING.to_owned();
        let ending = Ending::open(reason.clone());
        let (word, now) = (ending.word(), attempt.now);
        let conclusion = attempt.conclusion(subject, ending);
        self.records.store.settle(now, move |ledger| ledger.defer(&conclusion, now)).await?;
        Ok((Fulfilled::NotMinted { reason }, word))
    }

    /// Writes down an attempt that led to no license.
    async fn conclude(&self, attempt: Attempt<'_>, subject: Subject, ending: Ending) -> Result<Ended, Error> {
        let word = ending.word();
        let fulfilled = match ending.reason.clone() {
            Some(reason) => Fulfilled::NotMinted { reason },
            None => Fulfilled::Noted,
        };
        self.records.store.conclude(attempt.conclusion(subject, ending)).await?;
        Ok((fulfilled, word))
    }
}
