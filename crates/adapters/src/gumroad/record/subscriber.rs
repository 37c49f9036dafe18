//! The record of a subscription.

use serde_json::{Map, Value, json};

use super::super::{events, facts};
use crate::fields::Fields;
use crate::{Interpretation, Kind, Verdict, text};
use mintmark_licensing::Mode;

/// A word of Gumroad's in a reason is cut here.
const LONGEST_STATUS: usize = 40;

/// Names that are the same in a webhook.
const SAME: [&str; 9] = [
    "product_id",
    "product_name",
    "user_email",
    "user_id",
    "purchase_ids",
    "created_at",
    "charge_occurrence_count",
    "recurrence",
    "license_key",
];

/// What the status tells, in the words of the event that would have told it.
pub(super) fn interpret(record: &Fields, read_at: Option<&Value>) -> Interpretation {
    let at = |names: &[&str]| names.iter().find_map(|name| record.get(name)).cloned();
    let status = record.get("status").and_then(Value::as_str).unwrap_or_default();
    let ended = |reason: &str| {
        let at = at(&["ended_at", "failed_at", "cancelled_at"]);
        (Kind::SubscriptionEnded, vec![("ended_at", at), ("ended_reason", Some(json!(reason)))])
    };
    let (kind, told) = match status {
        // It runs now; when it began to, if it had ended before, is not said.
        "alive" | "pending_failure" => {
            (Kind::SubscriptionRestarted, vec![("restarted_at", read_at.cloned())])
        }
        "pending_cancellation" => (
            Kind::Cancellation,
            vec![("cancelled", Some(json!(true))), ("cancelled_at", at(&["cancelled_at"]))],
        ),
        "failed_payment" | "fixed_subscription_period_ended" | "cancelled" => ended(status),
        _ => (Kind::Unknown, Vec::new()),
    };
    let fields = in_words_of_a_webhook(record, told);
    let verdict = if kind == Kind::Unknown {
        Verdict::Unreadable(format!("unknown event: status {}", text::one_line(status, LONGEST_STATUS)))
    } else {
        events::verdict(&fields, kind)
    };
    let order_id = fields.identifier("subscription_id").ok().flatten();
    let facts = facts::of(&fields, kind);
    Interpretation { kind, mode: Mode::Live, order_id, sale_id: None, facts, verdict }
}

fn in_words_of_a_webhook(record: &Fields, told: Vec<(&str, Option<Value>)>) -> Fields {
    let mut words = Map::new();
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            words.insert(name.to_owned(), value);
        }
    };
    set("subscription_id", record.get("id").cloned());
    set("free_trial_ends_at", record.get("free_trial_ends_at").cloned());
    for name in SAME {
        set(name, record.get(name).cloned());
    }
    for (name, value) in told {
        set(name, value);
    }
    Fields::of(words)
}
