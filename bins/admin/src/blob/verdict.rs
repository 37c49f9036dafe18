//! The verdict on one blob, for people and for programs.

use crate::sheet;
use jiff::Timestamp;
use mintmark_licensing::{License, Rejected, Standing};
use serde_json::{Value, json};

/// How bad it is; the worst of several decides how the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Grade {
    Running,
    NotRunning,
    Rejected,
}

/// One compact line.
pub(super) fn rejected_json(rejected: Rejected) -> Value {
    json!({ "rejected": rejected.as_str(), "code": rejected.code() })
}

pub(super) fn rejected_words(rejected: Rejected) -> String {
    format!("rejected: {rejected} ({})\n", rejected.code())
}

/// The same for a license that is genuine. `until` is in Unix seconds; null is for ever, or does not apply.
pub(super) fn json(license: &License, standing: &Standing<'_>) -> Value {
    let said: Value = serde_json::from_str(&license.to_json()).unwrap_or(Value::Null);
    json!({
        "standing": standing.status().as_str(),
        "until": standing.until(),
        "reasons": standing.reasons().iter().map(|reason| reason.as_str()).collect::<Vec<_>>(),
        "license": said,
    })
}

pub(super) fn words(license: &License, standing: &Standing<'_>) -> String {
    let mut fields = vec![
        ("product", format!("{}, tier {}", license.line(), license.tier().as_str())),
        ("licensee", license.licensee().unwrap_or("nobody in particular").to_owned()),
        ("seats", license.seats().map_or("not said".to_owned(), |seats| seats.to_string())),
        ("issued", day(license.issued_at())),
        ("runs until", license.expires_at().map_or("for ever".to_owned(), day)),
        ("builds until", license.updates_until().map_or("all".to_owned(), day)),
        ("license id", license.id().to_string()),
        ("number", license.seq().to_string()),
        ("signed by", license.signed_by().to_string()),
    ];
    let granted: Vec<&str> = standing.entitlements().collect();
    if !granted.is_empty() {
        fields.insert(3, ("grants", granted.join(", ")));
    }
    let reasons: String = standing.reasons().iter().map(|reason| format!("  note: {reason}\n")).collect();
    format!("genuine: {}\n{}{reasons}", standing.status(), sheet::fields(&fields))
}

fn day(seconds: i64) -> String {
    Timestamp::from_second(seconds)
        .map_or_else(|_| seconds.to_string(), |time| time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())
}
