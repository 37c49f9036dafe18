//! What has been told of an order, from the bodies on record.

use super::attempt::Cause;
use super::links;
use super::settler::Settler;
use crate::lifecycle::Told;
use jiff::{SignedDuration, Timestamp};
use mintmark_adapters::manual::Mail;
use mintmark_adapters::{Event, Order, Verdict};
use mintmark_storage::{Delivery, Ledger, OnRecord, OrderName, Origin, Result};

/// The facts of an order, in whatever order they were told.
#[derive(Debug)]
pub(super) struct Chronicle {
    pub(super) told: Vec<Told>,
    /// How the first sale came.
    pub(super) origin: Origin,
}

impl Chronicle {
    /// Whether an earlier delivery than this told of a charge.
    pub(super) fn is_told_before(&self, sale_id: &str, delivery: i64) -> bool {
        self.told.iter().any(|told| {
            told.delivery < delivery && matches!(&told.event, Event::Sold(order) if order.sale_id == sale_id)
        })
    }

    /// Whether the plan was changed about then.
    pub(super) fn has_plan_change_near(&self, at: Timestamp, distance: SignedDuration) -> bool {
        self.told.iter().any(|told| match &told.event {
            Event::PlanChanged(change) => {
                let effective = change.effective_at.unwrap_or(told.received_at);
                effective.duration_since(at).abs() <= distance
            }
            _ => false,
        })
    }

    /// Whether its buyer has a license of another system, and is not written to.
    pub(super) fn is_quiet(&self) -> bool {
        self.told
            .iter()
            .any(|told| matches!(&told.event, Event::Existed(existing) if existing.mail == Mail::AsUsual))
    }

    /// The sale that was told first.
    fn sale(&self) -> Option<&Order> {
        let sales = self.told.iter().filter_map(|told| match &told.event {
            Event::Sold(order) => Some((told.delivery, order.as_ref())),
            _ => None,
        });
        sales.min_by_key(|(delivery, _)| *delivery).map(|(_, order)| order)
    }

    fn add(&mut self, delivery: &Delivery, events: Vec<Event>) {
        let received_at = delivery.recorded.received_at;
        self.told.extend(events.into_iter().map(|event| Told { event, delivery: delivery.id, received_at }));
    }
}

impl Settler {
    /// Everything told of an order, with what is in hand and with what became of the money of orders it belongs to.
    pub(super) fn chronicle(
        &self,
        ledger: &mut Ledger<'_>,
        name: &OrderName,
        cause: Option<&Cause<'_>>,
    ) -> Result<Chronicle> {
        let in_hand = cause.filter(|cause| cause.name == name);
        let own = cause.map(Cause::id);
        let mut chronicle = Chronicle { told: Vec::new(), origin: Origin::Ping };
        let mut first: Option<&Delivery> = in_hand.map(|cause| cause.delivery);
        let on_record = ledger.told_of(name)?;
        for told in on_record.iter().filter(|told| Some(told.delivery.id) != in_hand.map(Cause::id)) {
            chronicle.add(&told.delivery, self.events(told));
            first = first.filter(|first| first.id < told.delivery.id).or(Some(&told.delivery));
        }
        if let Some(cause) = in_hand {
            chronicle.add(cause.delivery, cause.events.to_vec());
        }
        chronicle.origin = first.map_or(Origin::Ping, |first| first.recorded.origin);
        let Some(sale) = chronicle.sale().cloned() else { return Ok(chronicle) };
        for party in links::of(&self.catalog, &name.source, &sale) {
            for told in ledger.told_with(&party, &name.source, &name.mode)? {
                if told.order != *name && Some(told.delivery.id) != own {
                    chronicle.add(&told.delivery, links::about(&sale, self.events(&told)));
                }
            }
            // What is in hand is not concluded yet, and so not found above.
            if let Some(cause) = cause.filter(|cause| cause.name != name && cause.has_party(&party)) {
                chronicle.add(cause.delivery, links::about(&sale, cause.events.to_vec()));
            }
        }
        Ok(chronicle)
    }

    /// What a delivery tells; nothing, if it is not to be believed (yet).
    pub(super) fn events(&self, told: &OnRecord) -> Vec<Event> {
        if told.is_unverified
            || told.is_held
            || told.is_dismissed
            || told.delivery.recorded.declared_size.is_some()
        {
            return Vec::new();
        }
        let interpretation = self.records.believed(&told.delivery, told.reading.as_deref());
        match interpretation.map(|interpretation| interpretation.verdict) {
            Some(Verdict::Events(events)) => events,
            Some(Verdict::Reported(_) | Verdict::Ignored(_) | Verdict::Held(_) | Verdict::Unreadable(_))
            | None => Vec::new(),
        }
    }
}
