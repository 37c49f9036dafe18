//! What a delivery does to its order, when more than a plain sale is known of it.

use super::attempt::{self, Attempt, Cause, Ending};
use super::settler::Settler;
use super::verdict::{Granted, Settled};
use super::{Ended, Fulfilled, links, outcome};
use crate::catalog::ERASED;
use crate::{Error, Fulfillment};
use jiff::Timestamp;
use mintmark_adapters::{Event, Extent, Interpretation};
use mintmark_storage::{Ledger, LicenseStatus, OrderName, Outcome, Result as StorageResult};
use std::cell::Cell;
use tracing::Span;

/// So many orders are looked at in one turn of the sweeper.
const REVIEWS: i64 = 256;

impl Fulfillment {
    /// Decides upon the order of a delivery from everything known of it, and writes down what follows.
    pub(super) async fn settle(
        &self,
        attempt: Attempt<'_>,
        interpretation: Interpretation,
        events: Vec<Event>,
    ) -> Result<Ended, Error> {
        let (settler, delivery, now) = (self.settler(attempt.now), attempt.delivery.clone(), attempt.now);
        // It runs in a thread of the store's.
        let span = Span::current();
        let settled = self.records.store.settle(now, move |ledger| {
            let attempt = Attempt { delivery: &delivery, now };
            span.in_scope(|| settler.fulfill(ledger, attempt, &interpretation, &events))
        });
        Ok(settled.await?)
    }

    /// Settles the orders whose state changes by itself, by `now`; answers how many.
    ///
    /// # Errors
    /// The database fails.
    pub(crate) fn review(&self, now: Timestamp) -> Result<usize, Error> {
        let due = self.records.store.orders_to_review(now, REVIEWS)?;
        for name in &due {
            let (settler, name) = (self.settler(now), name.clone());
            self.records
                .store
                .settle(now, move |ledger| settler.settle(ledger, &name, None).map(drop))
                .wait()?;
        }
        Ok(due.len())
    }

    pub(super) fn settler(&self, now: Timestamp) -> Settler {
        Settler {
            records: self.records.clone(),
            catalog: self.catalog(),
            minter: self.minter.clone(),
            head_start: self.head_start(),
            now,
        }
    }
}

impl Settler {
    fn fulfill(
        &self,
        ledger: &mut Ledger<'_>,
        attempt: Attempt<'_>,
        interpretation: &Interpretation,
        events: &[Event],
    ) -> StorageResult<Ended> {
        let source = &attempt.delivery.recorded.source;
        let subject = attempt::subject(interpretation);
        let party = links::party_of(&self.catalog, source, events);
        let name = OrderName {
            source: source.clone(),
            mode: subject.mode.clone(),
            order_id: subject.order_id.clone().unwrap_or_default(),
        };
        let (delivery, party, notice) = (attempt.delivery, party.as_deref(), Cell::default());
        let cause = Cause { delivery, name: &name, events, party, notice };
        let mut settled = self.settle(ledger, &name, Some(&cause))?;
        let is_erased = matches!(&settled, Settled::Without(reason) if reason == ERASED);
        for dependent in self.dependents(ledger, &cause)? {
            let further = self.settle(ledger, &dependent, Some(&cause))?;
            if !matches!(settled, Settled::Licensed(_)) {
                settled = further;
            }
        }
        let (mut ending, fulfilled) = end(&cause, &settled);
        if let (None, Some(decision)) = (&ending.reason, cause.decision()) {
            ending =
                ending.because(format!("{}, {}", decision.decision.as_str(), outcome::decided(decision)));
        }
        let license = match &settled {
            Settled::Licensed(granted) => Some(granted.license_id.as_str()),
            _ => None,
        };
        let word = ending.word();
        tracing::debug!(license, outcome = word, "order settled");
        ledger.conclude(&attempt.conclusion(subject, ending), party, license)?;
        if is_erased && cause.decision().is_none() {
            // Whoever asked to be forgotten is not brought back by what is told later.
            ledger.erase_deliveries(&[delivery.id])?;
        }
        Ok((fulfilled, word))
    }
}

/// How an attempt ends on its row, and what its sender is told.
fn end(cause: &Cause<'_>, settled: &Settled) -> (Ending, Fulfilled) {
    let is_sale = cause.tells_of_a_sale();
    match settled {
        Settled::Licensed(granted) if is_sale || granted.outcome.is_some() => granted_end(granted),
        Settled::Without(reason) if is_sale => {
            refused(Ending::ignored(own_obstacle(cause.events).unwrap_or(reason).to_owned()))
        }
        Settled::Unmapped(reason) if is_sale => refused(Ending::failed(reason.clone())),
        Settled::Stuck(reason) => refused(Ending::failed(reason.clone())),
        Settled::Unsold | Settled::Without(_) | Settled::Unmapped(_) | Settled::Licensed(_) => {
            match unknown_extent(cause.events) {
                Some(reason) => refused(Ending::held(reason)),
                None => (Ending::done(Outcome::Noted), Fulfilled::Noted),
            }
        }
    }
}

/// Of a sale, or of what has changed a license.
fn granted_end(granted: &Granted) -> (Ending, Fulfilled) {
    let runs = matches!(granted.status, LicenseStatus::Active | LicenseStatus::Ended);
    let licensed = || Fulfilled::Licensed {
        license_key: granted.license_key.clone(),
        mailing: granted.mailing.clone(),
        new_letter: granted.new_letter,
    };
    match granted.outcome {
        Some(Outcome::Minted) => (Ending::done(Outcome::Minted), licensed()),
        Some(outcome) => {
            let license_key = runs.then(|| granted.license_key.clone());
            (Ending::done(outcome), Fulfilled::Changed { outcome, license_key })
        }
        None if runs => (Ending::done(Outcome::Found), licensed()),
        None => {
            let why = granted.why.unwrap_or("the license does not run").to_owned();
            let ending = Ending::done(Outcome::Found).because(why.clone());
            (ending, Fulfilled::NotMinted { reason: why })
        }
    }
}

fn refused(ending: Ending) -> (Ending, Fulfilled) {
    let reason = ending.reason.clone().unwrap_or_default();
    (ending, Fulfilled::NotMinted { reason })
}

/// Why a sale is owed nothing by its own account, which is nearer to its sender than what others have told.
fn own_obstacle(events: &[Event]) -> Option<&'static str> {
    let is_won = events.iter().any(|event| matches!(event, Event::DisputeWon(_)));
    events.iter().find_map(|event| match event {
        Event::Refunded { extent: Extent::Full, .. } => Some("refunded"),
        Event::Disputed(_) if !is_won => Some("disputed"),
        _ => None,
    })
}

/// A refund that may be a full one must not pass for a noted one.
fn unknown_extent(events: &[Event]) -> Option<String> {
    let is_unknown = |event: &Event| matches!(event, Event::Refunded { extent: Extent::Unknown, .. });
    events
        .iter()
        .any(is_unknown)
        .then(|| "refund of unknown extent: the body does not say refunded".to_owned())
}
