//! What becomes of a body that differs from a good sale in one thing or two.

use mintmark_adapters::Kind;
use mintmark_licensing::Mode;

use super::common::Form;

/// Field, its value, what becomes of the sale.
#[rustfmt::skip]
const ONE_FIELD: &[(&str, &str, &str)] = &[
    ("price", "", "missing field: price"),
    ("price", "   ", "missing field: price"),
    ("price", "0", "sale"),
    ("price", "007", "sale"),
    ("price", "9223372036854775807", "sale"),
    ("price", "9223372036854775808", "unreadable body: price is not a whole number"),
    ("price", "99999999999999999999999999", "unreadable body: price is not a whole number"),
    ("price", "-1", "unreadable body: price is not a whole number"),
    ("price", "+1", "unreadable body: price is not a whole number"),
    ("price", " 10", "unreadable body: price is not a whole number"),
    ("price", "10.0", "unreadable body: price is not a whole number"),
    ("price", "1e3", "unreadable body: price is not a whole number"),
    ("price", "$10", "unreadable body: price is not a whole number"),
    ("price", "١٠", "unreadable body: price is not a whole number"),
    ("price", "NaN", "unreadable body: price is not a whole number"),
    ("quantity", "", "sale"),
    ("quantity", "5", "sale"),
    ("quantity", "4294967295", "sale"),
    ("quantity", "4294967296", "unreadable body: quantity is not a whole number above zero"),
    ("quantity", "0", "unreadable body: quantity is not a whole number above zero"),
    ("quantity", "-3", "unreadable body: quantity is not a whole number above zero"),
    ("quantity", "five", "unreadable body: quantity is not a whole number above zero"),
    ("email", "   ", "missing field: email"),
    ("email", "no address at all", "sale"),
    ("sale_id", "sale\r\n1", "unreadable body: sale_id contains control characters"),
    ("product_id", "a\u{0}b", "sale"),
    ("subscription_id", "", "sale"),
    ("subscription_id", "sub\t1", "unreadable body: subscription_id contains control characters"),
    ("sale_timestamp", "", "sale"),
    ("sale_timestamp", "2026-03-14T09:26:53Z", "sale"),
    ("sale_timestamp", "2026-03-14T10:26:53.250+01:00", "sale"),
    ("sale_timestamp", "2026-03-14T09:26:53", "unreadable body: sale_timestamp is not an RFC 3339 time"),
    ("sale_timestamp", "2026-03-14", "unreadable body: sale_timestamp is not an RFC 3339 time"),
    ("sale_timestamp", "20260314T092653Z", "unreadable body: sale_timestamp is not an RFC 3339 time"),
    ("sale_timestamp", "2026-03-14T09:26:53+01:00[Europe/Berlin]", "unreadable body: sale_timestamp is not an RFC 3339 time"),
    ("sale_timestamp", "2026-02-30T09:26:53Z", "unreadable body: sale_timestamp is not an RFC 3339 time"),
    ("sale_timestamp", "1773480413", "unreadable body: sale_timestamp is not an RFC 3339 time"),
    ("refunded", "true", "sale, refunded"),
    ("refunded", "false", "sale"),
    ("refunded", "", "sale"),
    ("refunded", "True", "held: unreadable flag: refunded is neither true nor false"),
    ("refunded", "1", "held: unreadable flag: refunded is neither true nor false"),
    ("refunded", "yes", "held: unreadable flag: refunded is neither true nor false"),
    ("refunded", "true ", "held: unreadable flag: refunded is neither true nor false"),
    ("disputed", "true", "sale, disputed"),
    ("dispute_won", "true", "sale, dispute won"),
    ("dispute_won", "no", "held: unreadable flag: dispute_won is neither true nor false"),
    ("test", "true", "sale"),
    ("test", "false", "sale"),
    ("test", "TRUE", "held: unreadable flag: test is neither true nor false"),
    ("is_recurring_charge", "true", "sale"),
    ("is_recurring_charge", "on", "held: unreadable flag: is_recurring_charge is neither true nor false"),
    ("is_preorder_authorization", "true", "ignored: pre-order"),
    ("is_preorder_authorization", "x", "held: unreadable flag: is_preorder_authorization is neither true nor false"),
    ("is_gift_receiver_purchase", "true", "sale"),
    ("offer_code", "", "sale"),
    ("recurrence", "weekly", "sale"),
    ("retry_count", "3", "sale"),
    ("resource_name", "", "sale"),
    ("resource_name", "subscription_paused", "unknown event: subscription_paused"),
    ("resource_name", "Sale", "unknown event: Sale"),
    ("resource_name", "a\r\nb\u{202e}c", "unknown event: a bc"),
];

#[test]
fn a_sale_with_one_field_changed_is_judged_by_that_field() {
    for (name, value, expected) in ONE_FIELD {
        assert_eq!(Form::sale().with(name, value).judged(), *expected, "{name}={value:?}");
    }
}

#[test]
fn every_missing_field_is_named_in_one_reason() {
    let bare = Form::sale().without("email").with("price", "");
    assert_eq!(bare.judged(), "missing field: email, price");
    let all = bare.without("sale_id").without("product_id");
    assert_eq!(all.judged(), "missing field: sale_id, product_id, email, price");
    assert_eq!(all.interpreted().order_id, None);
}

#[test]
fn long_ids_and_addresses_are_refused_without_being_repeated() {
    assert_eq!(Form::sale().with("sale_id", &"x".repeat(255)).judged(), "sale");
    for name in ["sale_id", "product_id", "subscription_id"] {
        let judged = Form::sale().with(name, &"x".repeat(256)).judged();
        assert_eq!(judged, format!("unreadable body: {name} is too long"));
    }
    let address = format!("{}@example.com", "a".repeat(200_000));
    assert_eq!(Form::sale().with("email", &address).judged(), "unreadable body: email is too long");
}

#[test]
fn an_unknown_event_is_named_shortly_even_if_its_name_is_long() {
    let judged = Form::sale().with("resource_name", &"x".repeat(200_000)).judged();
    assert_eq!(judged, format!("unknown event: {}", "x".repeat(40)));
}

#[test]
fn the_test_button_is_recognized_whatever_became_of_the_sale_it_repeats() {
    let button = Form::sale().without("resource_name").with("test", "true");
    let repeated = [
        button.clone(),
        button.clone().with("refunded", "true"),
        button.clone().with("disputed", "true"),
        button.clone().with("is_preorder_authorization", "true"),
        button.clone().without("email").with("price", "x"),
        button.with("resource_name", ""),
    ];
    for form in repeated {
        let interpretation = form.interpreted();
        assert_eq!((interpretation.kind, interpretation.mode), (Kind::TestButton, Mode::Test));
        assert_eq!(form.judged(), "ignored: test button");
    }
}

#[test]
fn a_test_purchase_is_a_sale_in_the_mode_of_tests() {
    let interpretation = Form::sale().with("test", "true").interpreted();
    assert_eq!((interpretation.kind, interpretation.mode), (Kind::Sale, Mode::Test));
    assert_eq!(
        Form::sale().with("test", "true").with("is_preorder_authorization", "true").judged(),
        "ignored: pre-order"
    );
}

#[test]
fn a_body_without_the_name_of_an_event_is_a_sale() {
    let form = Form::sale().without("resource_name");
    assert_eq!((form.interpreted().kind, form.judged()), (Kind::Sale, "sale".to_owned()));
}

#[test]
fn what_stops_a_sale_is_found_in_a_fixed_order() {
    let form = Form::sale().with("disputed", "true").with("refunded", "true");
    assert_eq!(form.judged(), "sale, refunded, disputed");
    let form = form.with("is_preorder_authorization", "true");
    assert_eq!(form.judged(), "ignored: pre-order");
    let form = form.with("price", "much");
    assert_eq!(form.judged(), "unreadable body: price is not a whole number");
    let form = form.with("refunded", "maybe");
    assert_eq!(form.judged(), "held: unreadable flag: refunded is neither true nor false");
    let form = form.and("email", "eve@example.com");
    assert_eq!(form.judged(), "held: field sent twice: email");
    let form = form.answered("price", "2");
    assert_eq!(form.judged(), "held: custom field overwrites price");
}

#[test]
fn a_sale_tells_of_all_that_became_of_its_money() {
    let won = Form::sale().with("disputed", "true").with("dispute_won", "true");
    assert_eq!(won.judged(), "sale, disputed, dispute won");
    let back = won.with("refunded", "true");
    assert_eq!(back.judged(), "sale, refunded, disputed, dispute won");
}
