//! The seven events that are not a sale.

use mintmark_adapters::{Charge, EndReason, Event, Extent, Kind, PlanChange, Recurrence, Verdict};
use mintmark_licensing::Mode;

use super::common::Form;

/// The event of a body that tells of one.
fn told(form: &Form) -> Event {
    let mut events = all_told(form);
    assert_eq!(events.len(), 1, "{events:?}");
    events.remove(0)
}

fn all_told(form: &Form) -> Vec<Event> {
    match form.interpreted().verdict {
        Verdict::Events(events) => events,
        other => panic!("no events: {other:?}"),
    }
}

#[test]
fn the_seven_other_events_tell_of_their_order() {
    let of_a_sale = [
        ("refund", Kind::Refund, "refunded, unknown how much"),
        ("dispute", Kind::Dispute, "disputed"),
        ("dispute_won", Kind::DisputeWon, "dispute won"),
    ];
    for (name, kind, told) in of_a_sale {
        let form = Form::sale().with("resource_name", name).with("subscription_id", "sub-1==");
        let interpretation = form.interpreted();
        assert_eq!((interpretation.kind, form.judged().as_str()), (kind, told));
        assert_eq!(interpretation.order_id.as_deref(), Some("sub-1=="));
        assert_eq!(interpretation.sale_id.as_deref(), Some("sale-1=="));
    }
    let of_a_subscription = [
        ("cancellation", Kind::Cancellation, "cancelled"),
        ("subscription_updated", Kind::SubscriptionUpdated, "plan changed"),
        ("subscription_ended", Kind::SubscriptionEnded, "ended"),
        ("subscription_restarted", Kind::SubscriptionRestarted, "restarted"),
    ];
    for (name, kind, told) in of_a_subscription {
        let interpretation = Form::subscription(name).interpreted();
        assert_eq!((interpretation.kind, interpretation.order_id.as_deref()), (kind, Some("sub-1==")));
        assert_eq!(Form::subscription(name).judged(), told);
    }
}

#[test]
fn an_event_about_money_says_all_it_knows_of_its_charge() {
    let refund = Form::sale().with("resource_name", "refund").with("is_recurring_charge", "true");
    let refund = refund.with("sale_timestamp", "2026-03-14T09:26:53Z").with("refunded", "true");
    let charge = Charge {
        sale_id: "sale-1==".to_owned(),
        product_id: Some("product-1==".to_owned()),
        email: Some("ada@example.com".to_owned()),
        sold_at: Some("2026-03-14T09:26:53Z".parse().unwrap()),
        is_recurring: true,
    };
    assert_eq!(told(&refund), Event::Refunded { charge, extent: Extent::Full });
    let bare = ["product_id", "email", "sale_timestamp", "is_recurring_charge"];
    let bare = bare.into_iter().fold(refund, Form::without).with("resource_name", "dispute");
    let charge = Charge {
        sale_id: "sale-1==".to_owned(),
        product_id: None,
        email: None,
        sold_at: None,
        is_recurring: false,
    };
    let refunded = Event::Refunded { charge: charge.clone(), extent: Extent::Full };
    assert_eq!(all_told(&bare), [refunded, Event::Disputed(charge)]);
}

#[test]
fn a_refund_of_a_sale_that_is_not_refunded_is_a_refund_of_a_part() {
    let refund = Form::sale().with("resource_name", "refund");
    assert_eq!(refund.clone().with("refunded", "false").judged(), "partly refunded");
    assert_eq!(refund.clone().with("refunded", "true").judged(), "refunded");
    assert_eq!(refund.with("refunded", "").judged(), "refunded, unknown how much");
}

#[test]
fn a_dispute_that_was_won_tells_of_both() {
    let won = Form::sale().with("resource_name", "dispute_won").with("disputed", "true");
    assert_eq!(won.clone().with("dispute_won", "true").judged(), "disputed, dispute won");
    assert_eq!(won.without("disputed").judged(), "dispute won");
}

#[test]
fn an_event_of_a_subscription_says_when() {
    let at = "2026-04-10T14:16:02Z";
    let time = Some(at.parse().unwrap());
    let cancellation = Form::subscription("cancellation");
    assert_eq!(told(&cancellation.clone().and("cancelled_at", at)), Event::Cancelled { ends_at: time });
    assert_eq!(told(&cancellation), Event::Cancelled { ends_at: None });
    let restarted = Form::subscription("subscription_restarted");
    assert_eq!(told(&restarted.clone().and("restarted_at", at)), Event::Restarted { at: time });
    assert_eq!(told(&restarted), Event::Restarted { at: None });
    let odd = restarted.and("restarted_at", "soon");
    assert_eq!(odd.judged(), "unreadable body: restarted_at is not an RFC 3339 time");
}

#[test]
fn the_end_of_a_subscription_has_a_reason() {
    let reasons = [
        ("cancelled", EndReason::Cancelled),
        ("failed_payment", EndReason::FailedPayment),
        ("fixed_subscription_period_ended", EndReason::FixedPeriodOver),
        ("struck by lightning", EndReason::Unknown),
        ("", EndReason::Unknown),
    ];
    for (word, reason) in reasons {
        let ended = Form::subscription("subscription_ended").and("recurrence", "monthly");
        let ended = ended.and("ended_at", "2026-04-10T14:17:00Z").and("ended_reason", word);
        let at = Some("2026-04-10T14:17:00Z".parse().unwrap());
        assert_eq!(told(&ended), Event::Ended { at, reason }, "{word}");
    }
}

#[test]
fn a_fixed_period_without_a_recurrence_is_an_installment_plan_that_is_paid() {
    let ended = Form::subscription("subscription_ended").and("recurrence", "");
    let ended = ended.and("ended_reason", "fixed_subscription_period_ended");
    assert_eq!(told(&ended), Event::Ended { at: None, reason: EndReason::PaidOff });
}

#[test]
fn every_event_of_a_subscription_tells_how_long_its_trial_is() {
    for name in ["cancellation", "subscription_updated", "subscription_ended", "subscription_restarted"] {
        let form = Form::subscription(name).and("free_trial_ends_at", "2026-03-21T09:26:53Z");
        let events = all_told(&form);
        assert_eq!(events.len(), 2);
        assert_eq!(events[0], Event::TrialUntil("2026-03-21T09:26:53Z".parse().unwrap()));
    }
}

#[test]
fn a_change_of_plan_says_what_holds_from_when() {
    let change = Form::subscription("subscription_updated").and("effective_as_of", "2027-03-14T09:26:53Z");
    let change = change.and("old_plan[quantity]", "5").and("new_plan[quantity]", "3");
    let change = change.and("new_plan[recurrence]", "quarterly").and("new_plan[tier][name]", " Team\r\nPro ");
    let expected = PlanChange {
        effective_at: Some("2027-03-14T09:26:53Z".parse().unwrap()),
        quantity: Some(3),
        recurrence: Some(Recurrence::Quarterly),
        plan: Some("Team Pro".to_owned()),
    };
    assert_eq!(told(&change), Event::PlanChanged(expected));
}

#[test]
fn a_change_of_plan_says_nothing_of_what_it_does_not_name() {
    let change = Form::subscription("subscription_updated").and("new_plan[quantity]", "0");
    let change = change.and("new_plan[recurrence]", "").and("new_plan[tier][name]", " ");
    let expected = PlanChange { effective_at: None, quantity: None, recurrence: None, plan: None };
    assert_eq!(told(&change), Event::PlanChanged(expected.clone()));
    assert_eq!(told(&Form::subscription("subscription_updated")), Event::PlanChanged(expected));
}

#[test]
fn an_event_that_does_not_say_which_order_it_is_about_tells_nothing() {
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
