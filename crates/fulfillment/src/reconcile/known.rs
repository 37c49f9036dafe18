//! What is on record of a store's sales, read as facts.

use super::Run;
use super::charges::Charges;
use crate::Error;
use jiff::Timestamp;
use mintmark_adapters::{Event, Order, Verdict};
use mintmark_storage::{Outcome, Recalled};
use std::collections::{HashMap, HashSet};

/// A delivery, as far as it is to be believed.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) events: Vec<Event>,
    /// The store's own license key that it names.
    pub(super) store_key: Option<String>,
    pub(super) received_at: Timestamp,
    /// The charge that told nothing any more, since its buyer asked to be forgotten.
    erased: Option<String>,
    processed: bool,
    reason: Option<String>,
}

impl Known {
    /// The sale that it tells of.
    pub(super) fn sale(&self) -> Option<&Order> {
        sale_of(&self.events)
    }
}

impl Run<'_> {
    /// What is on record of these orders or charges.
    pub(super) fn known(&self, ids: &[String]) -> Result<Vec<Known>, Error> {
        let recalled = self.fulfillment.records.store.recall(self.source, ids)?;
        Ok(recalled.iter().map(|recalled| self.understood(recalled)).collect())
    }

    /// What is held or waits for the store's word is no fact; what the store's word is, is one.
    pub(super) fn understood(&self, recalled: &Recalled) -> Known {
        let records = &self.fulfillment.records;
        let interpretation = match (&recalled.reading, recalled.outcome) {
            _ if recalled.is_unverified || recalled.delivery.recorded.declared_size.is_some() => None,
            (Some(record), outcome) if outcome != Some(Outcome::Held) => {
                records.sources.get(self.source).map(|adapter| adapter.interpret_record(record))
            }
            (_, Some(Outcome::Held)) => None,
            _ => records.interpret(&recalled.delivery),
        };
        let facts = interpretation.as_ref().and_then(|interpretation| interpretation.facts.as_ref());
        let store_key = facts.and_then(|facts| facts["license_key"].as_str()).map(str::to_owned);
        let events = match interpretation.map(|interpretation| interpretation.verdict) {
            Some(Verdict::Events(events)) => events,
            Some(Verdict::Reported(_) | Verdict::Ignored(_) | Verdict::Held(_) | Verdict::Unreadable(_))
            | None => Vec::new(),
        };
        Known {
            events,
            store_key,
            received_at: recalled.delivery.recorded.received_at,
            erased: recalled.sale_id.clone().filter(|_| recalled.is_erased),
            processed: recalled.processed,
            reason: recalled.reason.clone(),
        }
    }
}

/// The charges that are known.
pub(super) fn charges(known: &[Known]) -> Charges {
    let mut charges = Charges::default();
    known.iter().for_each(|known| charges.add(&known.events));
    charges
}

/// The sales whose buyers asked to be forgotten.
pub(super) fn erased(known: &[Known]) -> HashSet<String> {
    known.iter().filter_map(|known| known.erased.clone()).collect()
}

/// Why a sale that was told has led to nothing, by its id; a sale that any delivery has settled is not here.
pub(super) fn unsettled(known: &[Known]) -> HashMap<String, String> {
    let mut reasons: HashMap<String, Option<String>> = HashMap::new();
    for known in known {
        let Some(sale) = known.sale() else { continue };
        let reason = reasons.entry(sale.sale_id.clone()).or_insert(Some("not fulfilled yet".to_owned()));
        if known.processed {
            *reason = None;
        } else if let (Some(reason), Some(said)) = (reason.as_mut(), &known.reason) {
            *reason = said.clone();
        }
    }
    reasons.into_iter().filter_map(|(sale_id, reason)| Some((sale_id, reason?))).collect()
}

/// The sale among some events.
pub(super) fn sale_of(events: &[Event]) -> Option<&Order> {
    events.iter().find_map(|event| match event {
        Event::Sold(order) => Some(order.as_ref()),
        _ => None,
    })
}
