//! What is known of single charges, as sets that can be compared.

use mintmark_adapters::{Event, Extent};
use std::collections::{BTreeSet, HashMap};

/// One thing that can be known of a charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fact {
    Sold,
    Refunded,
    PartlyRefunded,
    Disputed,
    DisputeWon,
}

/// Facts of charges, by their ids.
#[derive(Debug, Default)]
pub(crate) struct Charges(HashMap<String, BTreeSet<Fact>>);

impl Charges {
    pub(crate) fn add(&mut self, events: &[Event]) {
        for (sale_id, fact) in events.iter().filter_map(fact) {
            self.0.entry(sale_id.to_owned()).or_default().insert(fact);
        }
    }

    pub(crate) fn is_told(&self, sale_id: &str) -> bool {
        self.knows(sale_id, Fact::Sold)
    }

    pub(crate) fn is_refunded(&self, sale_id: &str) -> bool {
        self.knows(sale_id, Fact::Refunded)
    }

    /// Whether these events say of their charges what is not known.
    pub(crate) fn lacks(&self, events: &[Event]) -> bool {
        events.iter().filter_map(fact).any(|(sale_id, fact)| match fact {
            // Once all of it was given back, a part is no news.
            Fact::PartlyRefunded => !self.knows(sale_id, fact) && !self.is_refunded(sale_id),
            _ => !self.knows(sale_id, fact),
        })
    }

    fn knows(&self, sale_id: &str, fact: Fact) -> bool {
        self.0.get(sale_id).is_some_and(|facts| facts.contains(&fact))
    }
}

/// Whether these events say something of a charge that could be compared.
pub(crate) fn are_comparable(events: &[Event]) -> bool {
    events.iter().any(|event| fact(event).is_some())
}

/// A refund of unknown extent says nothing that could be compared.
fn fact(event: &Event) -> Option<(&str, Fact)> {
    match event {
        Event::Sold(order) => Some((&order.sale_id, Fact::Sold)),
        Event::Refunded { charge, extent: Extent::Full } => Some((&charge.sale_id, Fact::Refunded)),
        Event::Refunded { charge, extent: Extent::Partial } => Some((&charge.sale_id, Fact::PartlyRefunded)),
        Event::Disputed(charge) => Some((&charge.sale_id, Fact::Disputed)),
        Event::DisputeWon(charge) => Some((&charge.sale_id, Fact::DisputeWon)),
        Event::Refunded { extent: Extent::Unknown, .. }
        | Event::Cancelled { .. }
        | Event::PlanChanged(_)
        | Event::Ended { .. }
        | Event::Restarted { .. }
        | Event::TrialUntil(_)
        | Event::Decided(_)
        | Event::Existed(_) => None,
    }
}
