//! Licenses minted by hand.

use jiff::Timestamp;
use mintmark_adapters::manual::Mint;
use mintmark_adapters::{Body, Event, Interpretation, Request, Verdict};
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
