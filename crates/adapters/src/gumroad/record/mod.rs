//! Records of Gumroad's API, read as what a webhook would have told.
//!
//! A record has other names than a webhook for the same things, and no custom field can replace any of them. So it is
//! put into the webhook's words, and judged by the same functions.

mod sale;
mod subscriber;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::fields::{Fault, Fields};
use crate::{Body, GiftSide, Interpretation, Record};

/// The content type of a delivery whose body is a record.
const CONTENT_TYPE: &str = "application/vnd.mintmark.gumroad-record+json";

/// Whether a delivery brings a record.
pub(super) fn is_record(body: &Body<'_>) -> bool {
    body.content_type == Some(CONTENT_TYPE)
}

/// What a record says that was written down as a body.
pub(super) fn interpret(bytes: &[u8]) -> Interpretation {
    let fields = match Fields::decode(&Body { content_type: Some("application/json"), bytes }) {
        Ok(fields) => fields,
        Err(fault) => return Interpretation::unreadable(&fault),
    };
    if let Some(sale) = fields.within("sale") {
        return sale::interpret(&sale);
    }
    match fields.within("subscriber") {
        Some(subscriber) => subscriber::interpret(&subscriber, fields.get("read_at")),
        None => Interpretation::unreadable(&Fault::body("neither a sale nor a subscriber")),
    }
}

/// The record of a sale, as a list holds it.
pub(super) fn of_sale(sale: Value) -> Record {
    let text = |name: &str| sale.get(name).and_then(Value::as_str).map(str::to_owned);
    let is = |name: &str| sale.get(name) == Some(&Value::Bool(true));
    let gift = match (is("is_gift_sender_purchase"), is("is_gift_receiver_purchase")) {
        (true, _) => GiftSide::Giver,
        (false, true) => GiftSide::Receiver,
        (false, false) => GiftSide::None,
    };
    let emails = [text("purchase_email"), text("email")].into_iter().flatten().collect();
    record(json!({ "sale": sale }), gift, emails, text("license_key"))
}

/// The record of a subscription, as it was at that time.
pub(super) fn of_subscriber(subscriber: Value, now: Timestamp) -> Record {
    record(json!({ "subscriber": subscriber, "read_at": now }), GiftSide::None, Vec::new(), None)
}

fn record(body: Value, gift: GiftSide, emails: Vec<String>, store_key: Option<String>) -> Record {
    let body = body.to_string();
    let interpretation = interpret(body.as_bytes());
    Record { content_type: CONTENT_TYPE, body, interpretation, gift, emails, store_key }
}
