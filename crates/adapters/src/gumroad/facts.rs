//! What a body states, under the names that `mintmark-replay show --json` prints.

use serde_json::{Map, Value, json};

use super::collisions;
use crate::Kind;
use crate::fields::Fields;

/// How a value is printed. What cannot be read as its shape is printed as it came.
enum Shape {
    /// Blank is null.
    AsSent,
    /// A number, also if it was sent as digits; the text itself if a custom field replaced it.
    Number,
    /// True or false; absent is false.
    Flag,
    /// True or false; absent is null.
    OptionalFlag,
    /// True if and only if it says so.
    Certain,
    /// Names and texts; absent is null.
    Members,
    /// Names with texts, of which `true` and `false` are checkboxes.
    Answers,
    /// Texts; absent is null.
    List,
    /// A plan of a membership.
    Plan,
}

use Shape::{Answers, AsSent, Certain, Flag, List, Members, Number, OptionalFlag, Plan};

/// Name in the output, key on the wire, shape.
type Row = (&'static str, &'static str, Shape);

const SALE: [Row; 32] = [
    ("sale_id", "sale_id", AsSent),
    ("order_number", "order_number", Number),
    ("seller_id", "seller_id", AsSent),
    ("product_id", "product_id", AsSent),
    ("product_name", "product_name", AsSent),
    ("permalink", "permalink", AsSent),
    ("short_product_id", "short_product_id", AsSent),
    ("email", "email", AsSent),
    ("full_name", "full_name", AsSent),
    ("purchaser_id", "purchaser_id", AsSent),
    ("price_usd_cents", "price", Number),
    ("listed_currency", "currency", AsSent),
    ("quantity", "quantity", Number),
    ("is_test", "test", Certain),
    ("is_recurring_charge", "is_recurring_charge", Flag),
    ("is_preorder_authorization", "is_preorder_authorization", Flag),
    ("subscription_id", "subscription_id", AsSent),
    ("recurrence", "recurrence", AsSent),
    ("license_key", "license_key", AsSent),
    ("is_multiseat_license", "is_multiseat_license", OptionalFlag),
    ("offer_code", "offer_code", AsSent),
    ("variants", "variants", Members),
    ("custom_fields", "custom_fields", Answers),
    ("url_params", "url_params", Members),
    ("ip_country", "ip_country", AsSent),
    ("is_gift", "is_gift_receiver_purchase", Flag),
    ("refunded", "refunded", Flag),
    ("disputed", "disputed", Flag),
    ("dispute_won", "dispute_won", Flag),
    ("resource_name", "resource_name", AsSent),
    ("sale_timestamp", "sale_timestamp", AsSent),
    ("retry_count", "retry_count", Number),
];

/// Written by Gumroad only for gifts; in any other sale they would be custom fields of these names.
const GIFT: [Row; 2] =
    [("gifter_email", "gifter_email", AsSent), ("gift_price_usd_cents", "gift_price", Number)];

const SUBSCRIPTION: [Row; 13] = [
    ("subscription_id", "subscription_id", AsSent),
    ("product_id", "product_id", AsSent),
    ("product_name", "product_name", AsSent),
    ("email", "user_email", AsSent),
    ("user_id", "user_id", AsSent),
    ("purchase_ids", "purchase_ids", List),
    ("created_at", "created_at", AsSent),
    ("charge_occurrence_count", "charge_occurrence_count", Number),
    ("recurrence", "recurrence", AsSent),
    ("free_trial_ends_at", "free_trial_ends_at", AsSent),
    ("custom_fields", "custom_fields", Answers),
    ("license_key", "license_key", AsSent),
    ("resource_name", "resource_name", AsSent),
];

const CANCELLATION: [Row; 6] = [
    ("cancelled", "cancelled", Flag),
    ("cancelled_at", "cancelled_at", AsSent),
    ("cancelled_by_admin", "cancelled_by_admin", Flag),
    ("cancelled_by_buyer", "cancelled_by_buyer", Flag),
    ("cancelled_by_seller", "cancelled_by_seller", Flag),
    ("cancelled_due_to_payment_failures", "cancelled_due_to_payment_failures", Flag),
];

const UPDATE: [Row; 4] = [
    ("type", "type", AsSent),
    ("effective_as_of", "effective_as_of", AsSent),
    ("old_plan", "old_plan", Plan),
    ("new_plan", "new_plan", Plan),
];

const END: [Row; 2] = [("ended_at", "ended_at", AsSent), ("ended_reason", "ended_reason", AsSent)];

const RESTART: [Row; 1] = [("restarted_at", "restarted_at", AsSent)];

/// The facts of a body; `None` for an event whose fields we do not know.
pub(super) fn of(fields: &Fields, kind: Kind) -> Option<Value> {
    let extras: &[Row] = match kind {
        Kind::Sale | Kind::TestButton | Kind::Refund | Kind::Dispute | Kind::DisputeWon => {
            return Some(Value::Object(sale(fields)));
        }
        Kind::Cancellation => &CANCELLATION,
        Kind::SubscriptionUpdated => &UPDATE,
        Kind::SubscriptionEnded => &END,
        Kind::SubscriptionRestarted => &RESTART,
        Kind::MailReport | Kind::Decision | Kind::Unknown => return None,
    };
    Some(SUBSCRIPTION.iter().chain(extras).map(|row| fact(fields, row)).collect())
}

fn sale(fields: &Fields) -> Map<String, Value> {
    let is_gift = fields.flag("is_gift_receiver_purchase") == Ok(true);
    let gift =
        GIFT.iter().map(|row| if is_gift { fact(fields, row) } else { (row.0.to_owned(), Value::Null) });
    let mut facts: Map<String, Value> = SALE.iter().map(|row| fact(fields, row)).chain(gift).collect();
    let overwritten = collisions::overwritten(fields);
    let is_typed = |row: &&Row| matches!(row.2, Number) && overwritten.contains(&row.1);
    for (name, key, _) in SALE.iter().filter(is_typed) {
        facts.insert((*name).to_owned(), as_sent(fields, key));
    }
    let flagged = collisions::flagged(fields);
    facts.insert("price_currency".to_owned(), json!("usd"));
    facts.insert("trusted".to_owned(), json!(overwritten.is_empty()));
    facts.insert("collisions".to_owned(), if flagged.is_empty() { Value::Null } else { json!(flagged) });
    facts
}

fn fact(fields: &Fields, (name, key, shape): &Row) -> (String, Value) {
    let value = match shape {
        AsSent => as_sent(fields, key),
        Number => fields.get(key).map_or(Value::Null, number),
        Flag => fields.flag(key).map_or_else(|_| as_sent(fields, key), Value::Bool),
        OptionalFlag if fields.get(key).is_none() => Value::Null,
        OptionalFlag => fields.flag(key).map_or_else(|_| as_sent(fields, key), Value::Bool),
        Certain => Value::Bool(fields.flag(key) == Ok(true)),
        Members => unless_empty(fields.map(key)),
        Answers => {
            unless_empty(fields.map(key).into_iter().map(|(name, answer)| (name, checkbox(answer))).collect())
        }
        List => fields.list(key).map_or(Value::Null, Value::Array),
        Plan => unless_empty(fields.map(key).into_iter().map(plan_member).collect()),
    };
    ((*name).to_owned(), value)
}

fn as_sent(fields: &Fields, key: &str) -> Value {
    fields.get(key).cloned().unwrap_or_default()
}

fn unless_empty(members: Map<String, Value>) -> Value {
    if members.is_empty() { Value::Null } else { Value::Object(members) }
}

fn number(value: &Value) -> Value {
    let digits = value.as_str().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    digits.and_then(|text| text.parse::<u64>().ok()).map_or_else(|| value.clone(), Value::from)
}

fn checkbox(answer: Value) -> Value {
    match answer.as_str() {
        Some("true") => Value::Bool(true),
        Some("false") => Value::Bool(false),
        _ => answer,
    }
}

fn plan_member((name, value): (String, Value)) -> (String, Value) {
    let value = match name.as_str() {
        _ if value == "" => Value::Null,
        "price_cents" | "quantity" => number(&value),
        _ => value,
    };
    (name, value)
}
