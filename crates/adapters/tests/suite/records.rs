//! Records of Gumroad's API, read as facts.

use std::fs;
use std::path::Path;

use mintmark_adapters::testing::{GumroadDouble, TOKEN, sale, with};
use mintmark_adapters::{Body, GiftSide, Interpretation, Record, SourceSettings, Sources};
use serde_json::{Value, json};

use super::common::{judged, sources};

const RECORD: &str = "application/vnd.mintmark.gumroad-record+json";

/// What a webhook that brings this record as its body would say.
fn interpreted(body: &Value) -> Interpretation {
    let body = body.to_string();
    let body = Body { content_type: Some(RECORD), bytes: body.as_bytes() };
    sources(&[]).get("gumroad").unwrap().interpret(&body)
}

fn of_sale(sale: &Value) -> Interpretation {
    interpreted(&json!({ "sale": sale }))
}

fn plain() -> Value {
    sale(1, "product-1==", "ada@example.com", "2026-03-14T09:26:53Z".parse().unwrap())
}

fn changed(name: &str, value: Value) -> String {
    judged(&of_sale(&with(plain(), name, value)))
}

fn fixture(name: &str) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/gumroad-api");
    serde_json::from_slice(&fs::read(folder.join(name)).unwrap()).unwrap()
}

/// Asks a double for one sale.
fn asked(sale: Value) -> Record {
    let double = GumroadDouble::start();
    let id = sale["id"].as_str().unwrap().to_owned();
    double.sell_unlisted(sale);
    let settings = SourceSettings {
        access_token: Some(TOKEN.into()),
        api_base: Some(double.url()),
        ..SourceSettings::default()
    };
    let sources = Sources::new(&[("gumroad", settings)].into()).unwrap();
    sources.get("gumroad").unwrap().books().unwrap().sale(&id).unwrap()
}

#[test]
fn the_records_that_gumroad_gives_are_judged_like_this() {
    let pages = ["sales-page-1.json", "sales-page-2-last.json"].map(fixture);
    let sales = pages.iter().flat_map(|page| page["sales"].as_array().unwrap().clone());
    let shown = ["sale-show-collision-truth.json", "sale-show-giftee.json", "sale-show-refunded-null.json"];
    let shown = shown.map(|name| fixture(name)["sale"].clone());
    let lines: Vec<String> =
        sales.chain(shown).map(|sale| format!("{:#?}", of_sale(&sale).verdict)).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn a_record_is_known_by_its_content_type_and_read_the_same_by_itself() {
    let record = asked(plain());
    assert_eq!(record.content_type, RECORD);
    assert_eq!(record.interpretation, of_sale(&plain()));
    let sources = sources(&[]);
    let gumroad = sources.get("gumroad").unwrap();
    assert_eq!(gumroad.interpret_record(&record.body), record.interpretation);
    let as_ping = Body { content_type: Some("application/json"), bytes: record.body.as_bytes() };
    assert_eq!(judged(&gumroad.interpret(&as_ping)), "missing field: sale_id, product_id, email, price");
}

#[test]
fn what_became_of_the_money_is_told_with_the_sale() {
    assert_eq!(changed("refunded", json!(true)), "sale, refunded");
    assert_eq!(changed("partially_refunded", json!(true)), "sale, partly refunded");
    assert_eq!(changed("disputed", json!(true)), "sale, disputed");
    assert_eq!(changed("chargedback", json!(true)), "sale, disputed");
    assert_eq!(changed("dispute_won", json!(true)), "sale, dispute won");
    let both = with(with(plain(), "refunded", json!(true)), "partially_refunded", json!(true));
    assert_eq!(judged(&of_sale(&both)), "sale, refunded");
}

#[test]
fn what_is_left_out_is_not_so() {
    let mut bare = plain();
    for name in ["refunded", "disputed", "dispute_won", "chargedback", "is_gift_sender_purchase", "full_name"]
    {
        bare.as_object_mut().unwrap().remove(name);
    }
    assert_eq!(judged(&of_sale(&bare)), "sale");
    assert_eq!(changed("refunded", Value::Null), "sale");
}

#[test]
fn a_record_that_makes_no_sense_is_not_believed() {
    let unreadable = [
        (json!({}), "unreadable body: neither a sale nor a subscriber"),
        (json!({"sale": []}), "unreadable body: neither a sale nor a subscriber"),
        (json!({"sale": {}}), "missing field: sale_id, product_id, email, price"),
    ];
    for (body, expected) in unreadable {
        assert_eq!(judged(&interpreted(&body)), expected);
    }
    assert_eq!(
        changed("refunded", json!("maybe")),
        "held: unreadable flag: refunded is neither true nor false"
    );
    assert_eq!(changed("price", json!(12.5)), "unreadable body: price is not a whole number");
    assert_eq!(changed("is_preorder_authorization", json!(true)), "ignored: pre-order");
}

#[test]
fn no_custom_field_replaces_anything_in_a_record() {
    let answers = json!({"email": "ada@example.com", "price": 2900, "quantity": "500"});
    let interpretation = of_sale(&with(plain(), "custom_fields", answers.clone()));
    assert_eq!(judged(&interpretation), "sale");
    let facts = interpretation.facts.unwrap();
    assert_eq!((&facts["custom_fields"], &facts["quantity"]), (&answers, &json!(1)));
    assert_eq!((&facts["trusted"], &facts["collisions"]), (&json!(true), &Value::Null));
}

#[test]
fn the_address_is_the_one_that_was_typed_at_the_checkout() {
    let account = with(plain(), "email", json!("account@example.com"));
    let record = asked(account);
    assert_eq!(record.interpretation.facts.as_ref().unwrap()["email"], "ada@example.com");
    assert_eq!(record.emails, ["ada@example.com", "account@example.com"]);
}

#[test]
fn the_givers_end_of_a_gift_tells_of_who_was_given_it() {
    let gift =
        with(with(plain(), "is_gift_sender_purchase", json!(true)), "giftee_email", json!("bo@example.com"));
    let record = asked(gift);
    assert_eq!(record.gift, GiftSide::Giver);
    assert_eq!(record.store_key.as_deref(), Some("STORE-KEY-1"));
    let facts = record.interpretation.facts.unwrap();
    assert_eq!(
        (&facts["email"], &facts["gifter_email"]),
        (&json!("bo@example.com"), &json!("ada@example.com"))
    );
    assert_eq!((&facts["is_gift"], &facts["full_name"]), (&json!(true), &Value::Null));
    let received = asked(with(plain(), "is_gift_receiver_purchase", json!(true)));
    assert_eq!(received.gift, GiftSide::Receiver);
}

#[test]
fn a_free_trial_ends_at_the_time_of_day_at_which_it_began() {
    let trial =
        with(with(plain(), "subscription_id", json!("sub-1==")), "free_trial_ends_on", json!("Mar 21, 2026"));
    let interpretation = of_sale(&trial);
    assert_eq!(
        (judged(&interpretation), interpretation.order_id.as_deref()),
        ("sale, trial".to_owned(), Some("sub-1=="))
    );
    assert!(format!("{:?}", interpretation.verdict).contains("TrialUntil(2026-03-21T09:26:53Z)"));
    assert_eq!(changed("free_trial_ends_on", json!("soon")), "sale");
}

#[test]
fn the_facts_have_the_names_that_a_webhook_has() {
    let facts = of_sale(&fixture("sales-page-1.json")["sales"][8]).facts.unwrap();
    insta::assert_json_snapshot!(facts);
}

fn subscriber(status: &str) -> Value {
    json!({
        "id": "sub-1==", "product_id": "product-1==", "product_name": "Lumen Pro", "user_email": "ada@example.com",
        "purchase_ids": ["sale-1=="], "created_at": "2026-03-14T09:26:53Z", "recurrence": "monthly",
        "cancelled_at": "2026-04-14T09:26:53Z", "failed_at": null, "ended_at": null, "status": status,
    })
}

fn told(subscriber: &Value) -> String {
    let body = json!({"subscriber": subscriber, "read_at": "2026-05-01T00:00:00Z"});
    let interpretation = interpreted(&body);
    assert_eq!((interpretation.order_id.as_deref(), interpretation.sale_id), (Some("sub-1=="), None));
    format!("{} {:?}", interpretation.kind.as_str(), interpretation.verdict)
}

#[test]
fn each_status_of_a_subscription_tells_what_the_event_would_have_told() {
    let installments = with(
        with(subscriber("fixed_subscription_period_ended"), "recurrence", Value::Null),
        "ended_at",
        json!("2026-06-14T09:26:53Z"),
    );
    let trial = with(subscriber("alive"), "free_trial_ends_at", json!("2026-03-21T09:26:53Z"));
    let lines = [
        told(&subscriber("alive")),
        told(&trial),
        told(&subscriber("pending_cancellation")),
        told(&subscriber("pending_failure")),
        told(&with(subscriber("failed_payment"), "failed_at", json!("2026-04-20T00:00:00Z"))),
        told(&subscriber("fixed_subscription_period_ended")),
        told(&installments),
        told(&subscriber("cancelled")),
        told(&subscriber("paused")),
    ];
    insta::assert_snapshot!(lines.join("\n"));
}
