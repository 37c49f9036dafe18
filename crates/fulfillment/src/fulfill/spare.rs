//! Which deliveries of an order nothing depends on.

use super::settler::Settler;
use crate::catalog::Decision;
use crate::lifecycle::Told;
use jiff::Timestamp;
use mintmark_adapters::Event;
use mintmark_licensing::Mode;
use mintmark_storage::{Ledger, OnRecord, OrderName, Origin, Outcome, Result};
use std::fmt;

/// Why nothing depends on a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Spare {
    /// It told of no sale: the test button, a pre-order.
    NoSale,
    /// Its product is ignored by products.yaml, and nothing else was told of the order.
    Ignored,
    /// An earlier delivery told the same.
    ToldAgain,
}

/// A delivery that nothing depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spared {
    pub(super) delivery: i64,
    pub(super) why: Spare,
}

/// What one delivery tells.
#[derive(Debug, Clone)]
pub(crate) struct Telling {
    pub(crate) delivery: i64,
    pub(crate) received_at: Timestamp,
    pub(crate) events: Vec<Event>,
}

impl Settler {
    /// The deliveries of an order, of those that came before a time, without which everything stays as it is: its
    /// license, and what follows from whatever is told of it later.
    pub(super) fn spare(
        &self,
        ledger: &mut Ledger<'_>,
        name: &OrderName,
        before: Timestamp,
    ) -> Result<Vec<Spared>> {
        let told = ledger.told_of(name)?;
        if !ledger.licenses_of(name)?.is_empty() {
            return Ok(self.told_again(&told, before));
        }
        // The order goes as a whole or not at all: what a part of it means depends on the rest.
        let is_over = |told: &OnRecord| {
            is_finished(told, before) && told.party.is_none() && told.outcome == Some(Outcome::Ignored)
        };
        if !told.iter().all(is_over) {
            return Ok(Vec::new());
        }
        let Some(why) = self.leads_nowhere(name, &told) else { return Ok(Vec::new()) };
        Ok(told.iter().map(|told| Spared { delivery: told.delivery.id, why }).collect())
    }

    /// Why an order without a license never gets one, whatever is told of it later: not even a refund is forgotten.
    fn leads_nowhere(&self, name: &OrderName, told: &[OnRecord]) -> Option<Spare> {
        let facts: Vec<Told> = told.iter().flat_map(|told| self.facts(told)).collect();
        if facts.is_empty() {
            return Some(Spare::NoSale);
        }
        if !facts.iter().all(|told| matches!(told.event, Event::Sold(_))) {
            return None;
        }
        let mode = name.mode.parse::<Mode>().ok()?;
        match self.catalog.decide(&name.source, mode, &facts, self.now) {
            Decision::Ignored(why) if why.starts_with("ignored by products.yaml") => Some(Spare::Ignored),
            _ => None,
        }
    }

    fn told_again(&self, told: &[OnRecord], before: Timestamp) -> Vec<Spared> {
        let tellings: Vec<Telling> = told.iter().map(|told| self.telling(told)).collect();
        let again = told_again(&tellings);
        let party = |id: i64| told.iter().find(|told| told.delivery.id == id).map(|told| &told.party);
        let is_spare = |told: &&OnRecord| {
            let earlier = again.iter().find(|(again, _)| *again == told.delivery.id);
            is_finished(told, before)
                && told.outcome == Some(Outcome::Found)
                && earlier.is_some_and(|(_, earlier)| party(*earlier) == Some(&told.party))
        };
        let spare = told.iter().filter(is_spare);
        spare.map(|told| Spared { delivery: told.delivery.id, why: Spare::ToldAgain }).collect()
    }

    fn telling(&self, told: &OnRecord) -> Telling {
        let received_at = told.delivery.recorded.received_at;
        Telling { delivery: told.delivery.id, received_at, events: self.events(told) }
    }

    fn facts(&self, told: &OnRecord) -> Vec<Told> {
        let Telling { delivery, received_at, events } = self.telling(told);
        events.into_iter().map(|event| Told { event, delivery, received_at }).collect()
    }
}

/// The deliveries that only repeat an earlier one, each with the one that it repeats. Of several that tell of one charge
/// the one with the smallest number is believed, and what has no time of its own counts from its first arrival: so it is
/// the first that stays, and only what arrived later goes.
pub(crate) fn told_again(tellings: &[Telling]) -> Vec<(i64, i64)> {
    let mut ordered: Vec<&Telling> = tellings.iter().collect();
    ordered.sort_by_key(|telling| telling.delivery);
    let mut kept: Vec<&Telling> = Vec::new();
    let mut again = Vec::new();
    for telling in ordered {
        let is_repeated =
            |kept: &&&Telling| kept.events == telling.events && kept.received_at <= telling.received_at;
        match kept.iter().find(is_repeated) {
            Some(earlier) if !telling.events.is_empty() => again.push((telling.delivery, earlier.delivery)),
            _ => kept.push(telling),
        }
    }
    again
}

/// Whether it is long ago and done with. What an operator has said is kept: nobody else could say it again.
fn is_finished(told: &OnRecord, before: Timestamp) -> bool {
    let recorded = &told.delivery.recorded;
    told.is_settled
        && !told.is_unverified
        && !told.is_held
        && !told.is_dismissed
        && recorded.origin != Origin::Manual
        && recorded.received_at < before
}

impl fmt::Display for Spare {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::NoSale => "told of no sale, such as the test button",
            Self::Ignored => "told of a product that products.yaml ignores",
            Self::ToldAgain => "told again what an earlier row has told",
        })
    }
}
