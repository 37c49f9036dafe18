//! The record of a sale.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, fmt::strtime};
use mintmark_licensing::Mode;
use serde_json::{Map, Value, json};

use super::super::{facts, sale};
use crate::fields::Fields;
use crate::{Charge, Event, Extent, Interpretation, Kind, Verdict};

/// The webhook's name of a thing, and the record's. Whatever is not here is in no record.
#[rustfmt::skip]
const NAMES: [(&str, &str); 27] = [
    ("sale_id", "id"), ("order_number", "order_id"), ("seller_id", "seller_id"), ("product_id", "product_id"),
    ("product_name", "product_name"), ("short_product_id", "product_permalink"), ("email", "email"),
    ("full_name", "full_name"), ("purchaser_id", "purchaser_id"), ("price", "price"), ("currency", "currency"),
    ("quantity", "quantity"), ("is_recurring_charge", "recurring_charge"),
    ("is_preorder_authorization", "is_preorder_authorization"), ("subscription_id", "subscription_id"),
    ("recurrence", "subscription_duration"), ("license_key", "license_key"),
    ("is_multiseat_license", "is_multiseat_license"), ("variants", "variants"),
    ("is_gift_receiver_purchase", "is_gift_receiver_purchase"), ("gifter_email", "gifter_email"),
    ("refunded", "refunded"), ("disputed", "disputed"), ("disputed", "chargedback"),
    ("dispute_won", "dispute_won"), ("sale_timestamp", "created_at"), ("offer_code", "offer_code"),
];

/// What records say beyond webhooks, under their own names.
const BEYOND: [&str; 8] = [
    "partially_refunded",
    "is_gift_sender_purchase",
    "giftee_email",
    "is_bundle_purchase",
    "is_bundle_product_purchase",
    "free_trial_ends_on",
    "cancelled",
    "ended",
];

pub(super) fn interpret(record: &Fields) -> Interpretation {
    let fields = in_words_of_a_webhook(record);
    let sale_id = fields.identifier("sale_id").ok().flatten();
    let order_id = fields.identifier("subscription_id").map_or(None, |id| id.or_else(|| sale_id.clone()));
    let verdict = match sale::verdict(&fields, Kind::Sale) {
        Verdict::Events(events) => Verdict::Events(with_more(events, record)),
        other => other,
    };
    let facts = facts::of(&fields, Kind::Sale).map(|facts| facts_beyond(facts, record));
    Interpretation { kind: Kind::Sale, mode: Mode::Live, order_id, sale_id, facts, verdict }
}

/// Without the custom fields: a buyer's answer that equals the truth would be taken for one that replaced it.
fn in_words_of_a_webhook(record: &Fields) -> Fields {
    let mut words = Map::new();
    for (name, key) in NAMES {
        // A dispute that is not reversed is told by two names.
        let is_told = words.get(name) == Some(&Value::Bool(true));
        if let Some(value) = record.get(key).filter(|_| !is_told) {
            words.insert(name.to_owned(), value.clone());
        }
    }
    let set = |words: &mut Map<String, Value>, name: &str, value: Option<&Value>| match value {
        Some(value) => words.insert(name.to_owned(), value.clone()),
        None => words.remove(name),
    };
    let buyer = record.get("purchase_email").or_else(|| record.get("email"));
    set(&mut words, "email", buyer);
    set(&mut words, "offer_code", record.get("offer_code").and_then(|offer| offer.get("code")));
    if record.flag("is_gift_sender_purchase") == Ok(true) {
        // The webhook tells of the other end: its buyer is who was given it.
        set(&mut words, "email", record.get("giftee_email"));
        set(&mut words, "gifter_email", buyer);
        set(&mut words, "gift_price", record.get("price"));
        set(&mut words, "is_gift_receiver_purchase", Some(&Value::Bool(true)));
        words.remove("full_name");
    }
    words.insert("resource_name".to_owned(), json!("sale"));
    Fields::of(words)
}

/// A refund of a part, and a free trial, which no webhook of a sale tells of.
fn with_more(mut events: Vec<Event>, record: &Fields) -> Vec<Event> {
    let Some(Event::Sold(order)) = events.first() else { return events };
    let charge = Charge::of(order);
    let trial = order.sold_at.and_then(|sold_at| trial_end(record, sold_at));
    let is_partial = record.flag("partially_refunded") == Ok(true) && record.flag("refunded") != Ok(true);
    if is_partial {
        events.push(Event::Refunded { charge, extent: Extent::Partial });
    }
    events.extend(trial.map(Event::TrialUntil));
    events
}

/// The record has only the day, as in `Mar 21, 2026`; a trial ends at the time of day at which it began.
fn trial_end(record: &Fields, sold_at: Timestamp) -> Option<Timestamp> {
    let day = record.get("free_trial_ends_on")?.as_str()?;
    let day = day.parse::<Date>().or_else(|_| strtime::parse("%b %d, %Y", day)?.to_date()).ok()?;
    let time = TimeZone::UTC.to_datetime(sold_at).time();
    TimeZone::UTC.to_timestamp(day.to_datetime(time)).ok()
}

fn facts_beyond(mut facts: Value, record: &Fields) -> Value {
    if let Some(facts) = facts.as_object_mut() {
        let answers = record.map("custom_fields");
        facts.insert(
            "custom_fields".to_owned(),
            if answers.is_empty() { Value::Null } else { answers.into() },
        );
        facts.insert("account_email".to_owned(), record.get("email").cloned().unwrap_or_default());
        for name in BEYOND {
            facts.insert(name.to_owned(), record.get(name).cloned().unwrap_or_default());
        }
    }
    facts
}
