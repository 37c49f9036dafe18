//! What minting gets to know of a sale.

use mintmark_adapters::Recurrence;

use super::common::Form;

#[test]
fn a_gifted_membership_with_seats_is_an_order_of_its_subscription() {
    let form = Form::sale().with("price", "0").with("quantity", "5").with("subscription_id", "sub-1==");
    let form = form.with("recurrence", "every_two_years").with("is_multiseat_license", "true");
    let order = form.with("is_gift_receiver_purchase", "true").with("gift_price", "5000").order();
    assert_eq!((order.order_id.as_str(), order.sale_id.as_str()), ("sub-1==", "sale-1=="));
    assert_eq!((order.quantity, order.price_usd_cents, order.is_gift), (5, Some(0), true));
    assert_eq!(order.recurrence, Some(Recurrence::EveryTwoYears));
}

#[test]
fn a_prorated_upgrade_is_a_further_charge_of_the_same_order() {
    let form = Form::sale().with("subscription_id", "sub-1==").with("is_recurring_charge", "true");
    let order = form.with("price", "333").with("quantity", "8").with("recurrence", "yearly").order();
    assert_eq!((order.order_id.as_str(), order.is_recurring_charge, order.quantity), ("sub-1==", true, 8));
}

#[test]
fn a_recurrence_that_a_buyer_typed_into_a_plain_sale_is_not_believed() {
    assert_eq!(Form::sale().answered("recurrence", "yearly").order().recurrence, None);
}

#[test]
fn the_buyer_is_named_on_one_line_or_after_the_address() {
    let named = |name: &str| Form::sale().with("full_name", name).order().name;
    assert_eq!(named(" Ada\r\nBcc: everybody@example.com "), "Ada Bcc: everybody@example.com");
    assert_eq!(named("\u{202e}adA"), "adA");
    assert_eq!(named(&"ß".repeat(100_000)), "ß".repeat(128));
    assert_eq!(named(" \t"), "ada");
    assert_eq!(Form::sale().with("email", " Ada+x@example.com ").order().email, "Ada+x@example.com");
}
