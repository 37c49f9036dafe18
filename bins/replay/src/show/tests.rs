//! Reports as people see them.

use super::Rawness;
use super::next_step::next_step;
use super::report::render;
use super::story::Story;
use crate::paper::Paper;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

const BODY: &str = "seller_id=kMyy0PU25cXun32uaIzhsg%3D%3D&product_id=datatools-core&email=ada%40example.com&price=1000&quantity=1&sale_id=0LbgWblyZZWtBbXQZCMjoA%3D%3D&full_name=Ada%1b&resource_name=sale";

#[test]
fn a_failed_row_is_told_with_what_to_do_about_it() {
    for width in [60, 80, 120] {
        let report = render(&story(unmapped()), Rawness::Hidden, Paper::plain(Some(width)));
        insta::assert_snapshot!(format!("failed_at_{width}"), report);
    }
}

#[test]
fn a_minted_row_is_told_with_its_license_and_its_letters() {
    let mut row = minted();
    row["history"] =
        json!([{"at": "2026-11-23T12:55:09Z", "event": "minted", "delivery_id": 12, "detail": null}]);
    let mut retry = row.clone();
    (retry["id"], retry["outcome"]) = (json!(13), json!("found"));
    row["told"] = json!([row.clone(), retry]);
    insta::assert_snapshot!("minted", render(&story(row), Rawness::Shown, Paper::plain(Some(80))));
}

#[test]
fn the_next_step_fits_what_is_wrong() {
    let with = |row: Value, changes: Value| {
        let mut row = row;
        for (name, value) in changes.as_object().unwrap() {
            row[name] = value.clone();
        }
        next_step(&story(row))
    };
    let steps = [
        with(unmapped(), json!({})),
        with(unmapped(), json!({"error": null, "reason": null})),
        with(unmapped(), json!({"error": "missing field: email"})),
        with(
            unmapped(),
            json!({"processed": true, "outcome": "ignored", "error": null, "reason": "dismissed by ada: a trial"}),
        ),
        with(unmapped(), json!({"error": "custom field overwrites email", "outcome": "held"})),
        with(minted(), json!({})),
        with(minted(), json!({"letters": []})),
        with(minted(), json!({"error": null})),
        with(
            minted(),
            json!({"letters": [{"id": 1, "kind": "license", "recipient": "ada", "state": "held", "attempts": 0, "provider": null, "error": "the address needs exactly one at sign", "next_at": null, "sent_at": null}]}),
        ),
    ];
    insta::assert_snapshot!("next_steps", steps.join("\n"));
}

fn story(row: Value) -> Story {
    serde_json::from_value(row).unwrap()
}

fn unmapped() -> Value {
    let error = "no entry in config/products.yaml: gumroad/datatools-core (read from config/products.yaml)";
    json!({
        "id": 12, "source": "gumroad", "origin": "ping", "kind": "sale", "mode": "live",
        "order_id": "0LbgWblyZZWtBbXQZCMjoA==", "received_at": "2026-11-23T12:54:09.5Z", "processed": false,
        "attempts": [{
            "number": 1, "at": "2026-11-23T12:54:09.5Z",
            "outcome": null, "error": error, "reason": error,
        }],
        "outcome": null, "error": error, "reason": error, "license_key": null,
        "remote_address": "203.0.113.7", "content_type": "application/x-www-form-urlencoded",
        "headers": [["content-type", "application/x-www-form-urlencoded"], ["user-agent", "Ruby\u{1b}[2J"]],
        "body": STANDARD.encode(BODY), "declared_size": null,
        "order": {
            "sale_id": "0LbgWblyZZWtBbXQZCMjoA==", "product_id": "datatools-core", "email": "ada@example.com",
            "full_name": "Ada\u{1b}", "price_usd_cents": 1000, "quantity": 1, "is_test": false, "offer_code": null,
            "variants": {"Tier": "Core"},
        },
        "license": null, "letters": [],
    })
}

fn minted() -> Value {
    let mut row = unmapped();
    row["processed"] = json!(true);
    row["outcome"] = json!("minted");
    row["error"] = json!("email error: 406 inactive recipient");
    row["reason"] = json!(null);
    let attempt = json!({
        "number": 2, "at": "2026-11-23T12:55:09Z",
        "outcome": "minted", "error": null, "reason": null,
    });
    row["attempts"].as_array_mut().unwrap().push(attempt);
    row["license"] = json!({
        "id": "2KQW7A6T1B8ZC", "key": "DT1-CORE-XXXXX-XXXXX-XXXXX-XXXXX", "blob": format!("DTLIC2:{}", "b".repeat(100)),
        "line": "DT1", "product_id": "datatools-core", "tier": "core", "status": "active", "seats": 1,
        "email": "ada@example.com", "name": "Ada", "source": "gumroad", "origin": "ping", "mode": "live",
        "source_order_id": "0LbgWblyZZWtBbXQZCMjoA==", "item": 0, "test": false,
        "issued_at": "2026-11-23T12:54:09Z", "expires_at": null, "updates_until": null, "seq": 1,
        "letter": "failed",
    });
    row["letters"] = json!([{
        "id": 7, "kind": "license", "resend_number": 0, "recipient": "ada@example.com", "state": "failed", "attempts": 3,
        "provider": "postmark", "message_id": "b7bc2f4a-e38e-4336-af7d-e6c392c2f817", "failure_class": "permanent",
        "error": "406 inactive recipient", "created_at": "2026-11-23T12:55:09Z", "next_at": null, "sent_at": null,
    }]);
    row
}
