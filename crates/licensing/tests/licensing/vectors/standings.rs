//! Vectors of standings: what a genuine license may do at a moment.

use serde_json::{Value, json};

use crate::support::{GOLDEN_LIST, payload_with, sign};

const IAT: i64 = 1_767_225_600;
const EXP: i64 = 1_798_761_600;
const DAY: i64 = 86_400;
const ID: &str = "0198f0c2-7b1e-7c3a-9d55-3f1c2a7be0d4";

pub(super) fn made() -> Vec<Value> {
    [by_the_clock(), by_what_was_seen()].concat()
}

fn by_the_clock() -> Vec<Value> {
    let (forever, ending) = (blob(""), blob(r#","exp":1798761600,"grc":86400"#));
    let updates = blob(r#","upd":1798761600"#);
    let suspect = answer("clock_suspect", Value::Null, &["issued_in_future", "no_revocation_list"]);
    let expired = answer("expired", json!(EXP), &["expired", "no_revocation_list"]);
    let grace = answer("grace", json!(EXP + DAY), &["in_grace", "no_revocation_list"]);
    let ended = answer("updates_ended", json!(EXP), &["updates_ended", "no_revocation_list"]);
    let due = answer("active", Value::Null, &["refresh_due", "no_revocation_list"]);
    let active = |until: Value| answer("active", until, &["no_revocation_list"]);
    vec![
        case("forever", &forever, json!({ "now": EXP * 2 }), active(Value::Null)),
        case("a day before it was issued", &forever, json!({ "now": IAT - DAY }), active(Value::Null)),
        case("more than a day before it was issued", &forever, json!({ "now": IAT - DAY - 1 }), suspect),
        case("its last second", &ending, json!({ "now": EXP }), active(json!(EXP))),
        case("the first second of grace", &ending, json!({ "now": EXP + 1 }), grace.clone()),
        case("the last second of grace", &ending, json!({ "now": EXP + DAY }), grace),
        case("after its grace", &ending, json!({ "now": EXP + DAY + 1 }), expired),
        case("the last build", &updates, json!({ "now": IAT, "build_date": EXP }), active(Value::Null)),
        case("a build too new", &updates, json!({ "now": IAT, "build_date": EXP + 1 }), ended),
        case("a refresh is due", &blob(r#","rchk":1798761600"#), json!({ "now": EXP + 1 }), due),
    ]
}

fn by_what_was_seen() -> Vec<Value> {
    let (forever, ending) = (blob(""), blob(r#","exp":1798761600"#));
    let marks = |clock: i64, list: u64, seq: u64| format!("DTMARK1 clock={clock} list={list} seq={ID}:{seq}");
    let back = answer("clock_suspect", Value::Null, &["clock_went_back", "no_revocation_list"]);
    let superseded = answer("superseded", Value::Null, &["superseded", "no_revocation_list"]);
    let expired = answer("expired", json!(EXP), &["expired", "no_revocation_list"]);
    let revoked = answer("revoked", Value::Null, &["revoked"]);
    let old = answer("revoked", Value::Null, &["revoked", "old_revocation_list"]);
    let replayed = answer("active", Value::Null, &["replayed_revocation_list"]);
    let with_list = |marks: &str| json!({ "now": IAT, "list": GOLDEN_LIST, "marks": marks });
    let with_marks = |now: i64, marks: &str| json!({ "now": now, "marks": marks });
    vec![
        case("a newer blob was seen", &forever, with_marks(IAT, &marks(0, 0, 2)), superseded),
        case("the clock went back", &forever, with_marks(IAT, &marks(IAT + DAY + 1, 0, 1)), back),
        case("the later time counts", &ending, with_marks(EXP, &marks(EXP + 1, 0, 1)), expired),
        case("revoked", &forever, with_list(&marks(0, 7, 1)), revoked),
        case("an old list revokes", &forever, json!({ "now": EXP, "list": GOLDEN_LIST }), old),
        case("a replayed list does not", &forever, with_list(&marks(0, 8, 1)), replayed),
    ]
}

fn blob(more: &str) -> String {
    sign(payload_with(&format!(r#"{more},"ent":["export-csv"]"#)))
}

fn answer(standing: &str, until: Value, reasons: &[&str]) -> Value {
    let grants: &[&str] = if matches!(standing, "active" | "grace") { &["export-csv"] } else { &[] };
    json!({ "standing": standing, "until": until, "reasons": reasons, "grants": grants })
}

fn case(name: &str, blob: &str, context: Value, expect: Value) -> Value {
    json!({ "name": name, "blob": blob, "context": context, "expect": expect })
}
