//! Fulfilling: from a delivery on record to a license with its letter. Replay begins here.

mod attempt;
mod sale;

use crate::catalog::Decision;
use crate::lifecycle::Told;
use crate::mailing::Mailing;
use crate::{Error, Fulfillment};
use attempt::{Attempt, Ending};
use futures_util::FutureExt as _;
use jiff::Timestamp;
use mintmark_adapters::{Event, Order, Verdict};
use mintmark_licensing::Mode;
use mintmark_storage::{Delivery, Issue, Issued, Subject};
use sale::Sale;
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
    /// An event that is not a sale.
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
        let Some(interpretation) = self.records.interpret(delivery) else {
            let ending = Ending::failed("there is no such source any more");
            return self.conclude(attempt, attempt::unknown(), ending).await;
        };
        let subject = attempt::subject(&interpretation);
        let ending = match interpretation.verdict {
            Verdict::Events(events) => match events.as_slice() {
                [Event::Sold(order)] => {
                    return self.fulfill_sale(attempt, subject, interpretation.mode, order).await;
                }
                [Event::Sold(order), rest @ ..] => match obstacle(rest) {
                    Some(reason) => Ending::ignored(reason.to_owned()),
                    None => return self.fulfill_sale(attempt, subject, interpretation.mode, order).await,
                },
                _ => Ending::noted(),
            },
            Verdict::Ignored(reason) => Ending::ignored(reason),
            Verdict::Held(reason) => Ending::held(reason),
            Verdict::Unreadable(reason) => Ending::failed(reason),
        };
        self.conclude(attempt, subject, ending).await
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

    async fn fulfill_sale(
        &self,
        attempt: Attempt<'_>,
        subject: Subject,
        mode: Mode,
        order: &Order,
    ) -> Result<Fulfilled, Error> {
        let delivery = attempt.delivery;
        let sold_at = match order.sold_at {
            Some(sold_at) => sold_at,
            None => self.first_arrival(delivery, mode, &order.order_id)?,
        };
        let told =
            Told { event: Event::Sold(Box::new(order.clone())), delivery: delivery.id, received_at: sold_at };
        let entitled = match self.catalog().decide(&delivery.recorded.source, mode, &[told], attempt.now) {
            Decision::Licensed(entitled) => entitled,
            Decision::Ignored(reason) => {
                return self.conclude(attempt, subject, Ending::ignored(reason)).await;
            }
            Decision::Unmapped(reason) => {
                return self.conclude(attempt, subject, Ending::failed(reason)).await;
            }
            Decision::Unsold => return self.conclude(attempt, subject, Ending::noted()).await,
        };
        let sale = Sale { delivery, mode, entitled: &entitled };
        let license = match self.mint(&sale) {
            Ok(license) => license,
            Err(error) => {
                return self
                    .conclude(attempt, subject, Ending::failed(format!("cannot mint: {error}")))
                    .await;
            }
        };
        let letter = self.letter(&sale, attempt.now);
        let conclusion = attempt.conclusion(subject, Ending::licensed());
        let issued = self.records.store.issue(Issue { license, letter, conclusion }).await?;
        Ok(licensed(issued))
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

    /// An order without a time of its own was made when it was first told, however often it is replayed.
    fn first_arrival(&self, delivery: &Delivery, mode: Mode, order_id: &str) -> Result<Timestamp, Error> {
        let first = self.records.store.first_arrival(&delivery.recorded.source, mode.as_str(), order_id)?;
        Ok(first.map_or(delivery.recorded.received_at, |first| first.min(delivery.recorded.received_at)))
    }
}

/// Why no license is owed although a sale took place.
fn obstacle(events: &[Event]) -> Option<&'static str> {
    let is_won = events.iter().any(|event| matches!(event, Event::DisputeWon(_)));
    if events.iter().any(|event| matches!(event, Event::Refunded { .. })) {
        return Some("refunded");
    }
    let is_disputed = events.iter().any(|event| matches!(event, Event::Disputed(_)));
    (is_disputed && !is_won).then_some("disputed")
}

fn licensed(issued: Issued) -> Fulfilled {
    match issued {
        Issued::Now(license, letter) => Fulfilled::Licensed {
            license_key: license.terms.key,
            mailing: Mailing::of(Some(&letter)),
            new_letter: Some(letter.id),
        },
        Issued::Before(license, letter) => Fulfilled::Licensed {
            license_key: license.terms.key,
            mailing: Mailing::of(letter.as_ref()),
            new_letter: None,
        },
    }
}
