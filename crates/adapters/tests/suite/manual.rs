//! Licenses minted by hand, and decisions.

use jiff::Timestamp;
use mintmark_adapters::manual::{Decision, Mail, Mint, Ruling};
use mintmark_adapters::{Body, Event, Interpretation, Kind, Request, Verdict};
use mintmark_licensing::Mode;
use serde_json::json;

use super::common::{judged, sources};

fn mint() -> Mint {
    Mint {
        order_id: "hand-1".to_owned(),
        product_id: "core".to_owned(),
        email: " ada@example.com".to_owned(),
        name: None,
        quantity: Some(3),
        sold_at: Some("2026-03-14T09:26:53Z".parse().unwrap()),
        note: Some("for the review".to_owned()),
    }
}

fn interpret(bytes: &[u8]) -> Interpretation {
    let body = Body { content_type: Some(Mint::CONTENT_TYPE), bytes };
    sources(&[]).get(Mint::SOURCE).unwrap().interpret(&body)
}

#[test]
fn what_was_written_by_hand_is_read_back_as_an_order() {
    let interpretation = interpret(&mint().to_body());
    assert_eq!(interpretation.order_id.as_deref(), Some("hand-1"));
    let Verdict::Events(events) = interpretation.verdict else { panic!("not a sale") };
    let [Event::Sold(order)] = events.as_slice() else { panic!("not a sale") };
    assert_eq!((order.name.as_str(), order.email.as_str()), ("ada", "ada@example.com"));
    assert_eq!((order.quantity, order.price_usd_cents, order.sold_at), (3, None, mint().sold_at));
    assert_eq!(interpretation.facts.unwrap()["note"], "for the review");
}

#[test]
fn what_is_not_given_is_not_written() {
    let bare = Mint { quantity: None, sold_at: None, note: None, ..mint() };
    let written: serde_json::Value = serde_json::from_slice(&bare.to_body()).unwrap();
    assert_eq!(written, json!({"order_id": "hand-1", "product_id": "core", "email": " ada@example.com"}));
    assert_eq!(judged(&interpret(&bare.to_body())), "sale");
}

#[test]
fn a_body_that_we_would_not_write_is_unreadable() {
    let judge = |mint: &Mint| judged(&interpret(&mint.to_body()));
    assert_eq!(judge(&Mint { email: " ".to_owned(), ..mint() }), "missing field: email");
    let zero = Mint { quantity: Some(0), ..mint() };
    assert_eq!(judge(&zero), "unreadable body: quantity is not a whole number above zero");
    let nul = Mint { email: "a\0@example.com".to_owned(), ..mint() };
    assert_eq!(judge(&nul), "unreadable body: email contains control characters");
    let long = Mint { order_id: "x".repeat(256), ..mint() };
    assert_eq!(judge(&long), "unreadable body: order_id is too long");
    let extra = br#"{"order_id":"a","product_id":"b","email":"c","emial":"d"}"#;
    assert_eq!(judged(&interpret(extra)), "unreadable body: not a license to mint, at line 1 column 52");
}

#[test]
fn nobody_can_send_one() {
    let request = Request { query: Some("secret="), headers: &[], body: None };
    assert!(sources(&[]).get(Mint::SOURCE).unwrap().authenticate(&request, Timestamp::UNIX_EPOCH).is_err());
}

fn decision() -> Decision {
    Decision {
        decision: Ruling::RotateKey,
        order_id: "GUM-2001".to_owned(),
        mode: Mode::Test,
        item: None,
        by: "grace".to_owned(),
        why: Some("posted in a forum".to_owned()),
        at: "2026-03-14T09:26:53Z".parse().unwrap(),
        mail: Mail::AsUsual,
    }
}

#[test]
fn what_was_decided_is_read_back_as_it_was_written() {
    let told = Decision::interpret(&decision().to_body());
    assert_eq!(
        (told.kind, told.mode, told.order_id.as_deref()),
        (Kind::Decision, Mode::Test, Some("GUM-2001"))
    );
    assert_eq!(told.facts.unwrap()["why"], "posted in a forum");
    assert_eq!(told.verdict, Verdict::Events(vec![Event::Decided(Box::new(decision()))]));
    let written: serde_json::Value = serde_json::from_slice(&decision().to_body()).unwrap();
    assert_eq!([&written["decision"], &written["mode"]], ["rotate_key", "test"]);
}

#[test]
fn a_decision_of_nobody_or_about_nothing_is_none() {
    let judge = |decision: &Decision| judged(&Decision::interpret(&decision.to_body()));
    assert_eq!(judge(&Decision { by: " ".to_owned(), ..decision() }), "missing field: by");
    assert_eq!(judge(&Decision { order_id: String::new(), ..decision() }), "missing field: order_id");
    let unknown = String::from_utf8(decision().to_body()).unwrap().replace("rotate_key", "forget");
    let judged = judged(&Decision::interpret(unknown.as_bytes()));
    assert!(judged.starts_with("unreadable body: not a decision, at line 1"), "{judged}");
}

#[test]
fn no_source_reads_a_decision() {
    let bytes = decision().to_body();
    let body = Body { content_type: Some(Decision::CONTENT_TYPE), bytes: &bytes };
    for source in ["gumroad", Mint::SOURCE] {
        let told = sources(&[]).get(source).unwrap().interpret(&body);
        assert!(matches!(told.verdict, Verdict::Unreadable(_)), "{source}: {told:?}");
    }
}
