//! The seven events that are not a sale.

use mintmark_adapters::Kind;
use mintmark_licensing::Mode;

use super::common::Form;

#[test]
fn the_seven_other_events_are_noted_under_their_order() {
    let of_a_sale = [("refund", Kind::Refund), ("dispute", Kind::Dispute), ("dispute_won", Kind::DisputeWon)];
    for (name, kind) in of_a_sale {
        let form = Form::sale().with("resource_name", name).with("subscription_id", "sub-1==");
        let interpretation = form.interpreted();
        assert_eq!((interpretation.kind, form.judged().as_str()), (kind, "noted"));
        assert_eq!(interpretation.order_id.as_deref(), Some("sub-1=="));
        assert_eq!(interpretation.sale_id.as_deref(), Some("sale-1=="));
    }
    let of_a_subscription = [
        ("cancellation", Kind::Cancellation),
        ("subscription_updated", Kind::SubscriptionUpdated),
        ("subscription_ended", Kind::SubscriptionEnded),
        ("subscription_restarted", Kind::SubscriptionRestarted),
    ];
    for (name, kind) in of_a_subscription {
        let interpretation = Form::subscription(name).interpreted();
        assert_eq!((interpretation.kind, interpretation.order_id.as_deref()), (kind, Some("sub-1==")));
        assert_eq!(Form::subscription(name).judged(), "noted");
    }
}

#[test]
fn an_event_that_does_not_say_which_order_it_is_about_is_not_noted() {
    let refund = Form::sale().with("resource_name", "refund");
    assert_eq!(refund.clone().without("sale_id").judged(), "missing field: sale_id");
    assert_eq!(refund.clone().answered("sale_id", "x").judged(), "held: custom field overwrites sale_id");
    assert_eq!(refund.clone().and("sale_id", "x").judged(), "held: field sent twice: sale_id");
    assert_eq!(refund.with("sale_id", &"x".repeat(300)).judged(), "unreadable body: sale_id is too long");
    let ended = Form::subscription("subscription_ended").without("subscription_id");
    assert_eq!(ended.judged(), "missing field: subscription_id");
}

#[test]
fn an_event_is_held_for_the_same_reasons_as_a_sale() {
    let refund = Form::sale().with("resource_name", "refund");
    assert_eq!(refund.clone().answered("price", "1").judged(), "held: custom field overwrites price");
    let unclear = refund.clone().with("refunded", "perhaps");
    assert_eq!(unclear.judged(), "held: unreadable flag: refunded is neither true nor false");
    assert_eq!(refund.with("test", "true").interpreted().mode, Mode::Test);
}
