//! The story of a license: what it is, what it was sold for, what was told of its order, and what came of it.

use crate::views::{DeliveryView, to_json};
use crate::{Error, Records};
use mintmark_adapters::{Event, Order, Verdict};
use mintmark_storage::{AuditFilter, AuditRow, License, LicenseEvent};
use serde_json::{Value, json};
use std::collections::BTreeMap;

impl Records {
    /// A license as JSON, with its sale, its letters, its history, and all deliveries of its order.
    ///
    /// # Errors
    /// The database fails.
    pub fn license_story_json(&self, license: &License) -> Result<Value, Error> {
        let events = self.store.license_events(&license.terms.id)?;
        let causes: Vec<i64> = events.iter().filter_map(|event| event.delivery_id).collect();
        let rows = self.store.audit_rows_of(&causes)?;
        let rows: BTreeMap<i64, &AuditRow> = rows.iter().map(|row| (row.id, row)).collect();
        let history = events.iter().map(|event| {
            let cause = event.delivery_id.and_then(|id| rows.get(&id).copied());
            event_json(event, cause)
        });
        let told = self.told_of(license)?;
        let mut shown = self.license_json(license)?;
        shown["product_name"] = json!(license.terms.product_name);
        shown["plan"] = json!(license.state.plan);
        shown["cancelled_at"] = json!(license.state.cancelled_at);
        shown["void_below"] = json!(license.state.void_below);
        shown["sale"] = self.sale_json(&events)?;
        shown["letters"] = self.letters_json(&license.terms.id)?;
        shown["history"] = history.collect();
        shown["deliveries"] = told.iter().map(|row| to_json(DeliveryView::from(row))).collect();
        Ok(shown)
    }

    /// What was told of the order, oldest first.
    fn told_of(&self, license: &License) -> Result<Vec<AuditRow>, Error> {
        let terms = &license.terms;
        let (source, order) = (Some(terms.source.clone()), Some(terms.source_order_id.clone()));
        let mut rows = self.rows(&AuditFilter { source, order, ..AuditFilter::default() })?;
        rows.retain(|row| row.mode == terms.mode);
        rows.reverse();
        Ok(rows)
    }

    /// What the first delivery says that led to the license.
    fn sale_json(&self, events: &[LicenseEvent]) -> Result<Value, Error> {
        let Some(id) = events.iter().find_map(|event| event.delivery_id) else { return Ok(Value::Null) };
        let Some(delivery) = self.store.delivery(id)? else { return Ok(Value::Null) };
        let verdict = self.interpret(&delivery).map(|interpretation| interpretation.verdict);
        let Some(Verdict::Events(events)) = verdict else { return Ok(Value::Null) };
        let sold = events.iter().find_map(|event| match event {
            Event::Sold(order) => Some(order_json(order)),
            _ => None,
        });
        Ok(sold.unwrap_or(Value::Null))
    }
}

fn order_json(order: &Order) -> Value {
    json!({
        "product_name": order.product_name,
        "price_usd_cents": order.price_usd_cents,
        "quantity": order.quantity,
        "offer_code": order.offer_code,
        "is_gift": order.is_gift,
        "sold_at": order.sold_at,
    })
}

fn event_json(event: &LicenseEvent, cause: Option<&AuditRow>) -> Value {
    json!({
        "at": event.at,
        "event": event.event,
        "delivery_id": event.delivery_id,
        "kind": cause.map(|row| &row.kind),
        "source": cause.map(|row| &row.source),
        "origin": cause.map(|row| row.origin.as_str()),
        "detail": event.detail,
    })
}
