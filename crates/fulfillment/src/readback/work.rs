//! What becomes of deliveries once the store was asked.

use super::ask::{Answer, Asker};
use super::claim::Claim;
use crate::fulfill::{Attempt, Ending, subject};
use crate::{Error, Fulfilled, Fulfillment};
use jiff::{SignedDuration, Timestamp};
use mintmark_adapters::{Interpretation, Record};
use mintmark_storage::{Delivery, Outcome};
use std::collections::BTreeMap;

/// So many are taken in hand together.
const TOGETHER: i64 = 256;
/// Longer than a question takes that is repeated as often as may be.
const LEASE: SignedDuration = SignedDuration::from_mins(5);
/// A store may tell of a sale before its list shows it.
const AGAIN: SignedDuration = SignedDuration::from_secs(20);
/// A store that cannot be asked is asked again after this.
const LATER: SignedDuration = SignedDuration::from_secs(60);
/// What a store has not heard of by then was never sold.
const PATIENCE: SignedDuration = SignedDuration::from_mins(10);

/// A delivery in hand.
struct Waiting {
    delivery: Delivery,
    told: Interpretation,
    claim: Claim,
}

impl Fulfillment {
    /// Asks about everything that is due.
    pub(super) fn verify_due(&self, now: Timestamp) -> Result<(), Error> {
        // What was asked is due later, or never again.
        while self.verify(self.records.store.to_verify(now, TOGETHER)?, now)? > 0 {}
        Ok(())
    }

    /// Asks about those of these that wait for it and that nobody else has in hand; answers how many that were.
    pub(crate) fn verify(&self, ids: Vec<i64>, now: Timestamp) -> Result<usize, Error> {
        if ids.is_empty() {
            return Ok(0);
        }
        let until = now.saturating_add(LEASE).unwrap_or(now);
        let claimed = self.records.store.claim_to_verify(ids, now, until).wait()?;
        let mut by_source: BTreeMap<String, Vec<Waiting>> = BTreeMap::new();
        for id in &claimed {
            let Some(delivery) = self.records.store.delivery(*id)? else { continue };
            let Some(told) = self.records.interpret(&delivery) else { continue };
            let Some(claim) = Claim::of(&told) else { continue };
            let source = delivery.recorded.source.clone();
            by_source.entry(source).or_default().push(Waiting { delivery, told, claim });
        }
        for (source, waiting) in by_source {
            self.verify_at(&source, &waiting, now)?;
        }
        Ok(claimed.len())
    }

    fn verify_at(&self, source: &str, waiting: &[Waiting], now: Timestamp) -> Result<(), Error> {
        let (_, books) = self.books(source)?;
        let claims: Vec<Claim> = waiting.iter().map(|waiting| waiting.claim.clone()).collect();
        let answers = Asker::of(books).ask(&claims);
        let mut trouble = None;
        for (waiting, answer) in waiting.iter().zip(answers) {
            let _span = tracing::info_span!("delivery", delivery = waiting.delivery.id).entered();
            match answer {
                Answer::Found(record) => {
                    tracing::debug!("found in the store's records");
                    self.confirm(waiting, &record, now)?;
                }
                Answer::Unknown => {
                    tracing::debug!("not in the store's records");
                    self.doubt(waiting, now)?;
                }
                Answer::Later(error) => {
                    tracing::debug!(%error, "the store could not be asked");
                    self.put_off(waiting, LATER, now)?;
                    trouble = Some(error);
                }
            }
        }
        if let Some(error) = trouble {
            tracing::warn!(source, %error, "sales wait for the store to confirm them; it is asked again");
        }
        Ok(())
    }

    /// What the store says is on record, and the delivery is fulfilled from it.
    fn confirm(&self, waiting: &Waiting, record: &Record, now: Timestamp) -> Result<(), Error> {
        let id = waiting.delivery.id;
        self.records.store.write_reading(id, record.body.clone(), now).wait()?;
        let Some(delivery) = self.records.store.retry(id).wait()? else { return Ok(()) };
        match pollster::block_on(self.fulfill(&delivery, now)) {
            Ok(fulfilled) => self.tell(id, fulfilled),
            Err(error @ Error::Panicked { .. }) => {
                tracing::error!(delivery = id, %error, "a confirmed sale was not fulfilled");
                self.put_off(waiting, LATER, now)?;
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Asked again for a while, and then held for a person.
    fn doubt(&self, waiting: &Waiting, now: Timestamp) -> Result<(), Error> {
        if now.duration_since(waiting.delivery.recorded.received_at) < PATIENCE {
            return self.put_off(waiting, AGAIN, now);
        }
        let Some(delivery) = self.records.store.retry(waiting.delivery.id).wait()? else { return Ok(()) };
        let reason = "unknown to the store".to_owned();
        let conclusion = Attempt { delivery: &delivery, now }
            .conclusion(subject(&waiting.told), Ending::held(reason.clone()));
        self.records.store.conclude(conclusion).wait()?;
        self.end(&delivery, Outcome::Held.as_str());
        self.tell(delivery.id, Fulfilled::NotMinted { reason });
        Ok(())
    }

    fn put_off(&self, waiting: &Waiting, pause: SignedDuration, now: Timestamp) -> Result<(), Error> {
        let until = now.saturating_add(pause).unwrap_or(now);
        Ok(self.records.store.postpone_verifying(waiting.delivery.id, until).wait()?)
    }

    /// Whoever answers the store sends the letter as well; if nobody waits, its buyer has waited long enough.
    fn tell(&self, id: i64, fulfilled: Fulfilled) {
        let Some(fulfilled) = self.inquiries.answer(id, fulfilled) else { return };
        if let (Fulfilled::Licensed { new_letter: Some(letter), .. }, Some(outbox)) =
            (fulfilled, &self.outbox)
        {
            drop(outbox.send_now(letter));
        }
    }
}
