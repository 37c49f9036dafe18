//! Orders as they go in practice, and how they end.

use super::super::{
    Expires, History, OnDispute, OnEnd, OnPaidOff, OnRefund, Policy, Scope, Seats, Standing, State,
};
use super::facts::*;
use jiff::ToSpan as _;
use mintmark_adapters::manual::Ruling;
use mintmark_adapters::{EndReason, Event, Extent, Recurrence};

#[test]
fn a_sale_is_a_license_for_ever() {
    let state = state(&Policy::default(), &[first()]);
    assert_eq!((state.standing, state.why, state.seq, state.expires_at), (Standing::Active, None, 1, None));
    assert_eq!((state.seats, state.void_below, state.review_at, state.cancelled_at), (1, 0, None, None));
    assert!(state.mints());
}

#[test]
fn a_refund_decides_whenever_it_comes() {
    let partial = Event::Refunded { charge: charge("first"), extent: Extent::Partial };
    let unknown = Event::Refunded { charge: charge("first"), extent: Extent::Unknown };
    for (events, standing) in [
        (vec![refunded("first"), first()], Standing::Revoked),
        (vec![first(), refunded("first"), first()], Standing::Revoked),
        (vec![first(), partial, unknown], Standing::Active),
        (vec![first(), refunded("never told")], Standing::Active),
    ] {
        let state = state(&Policy::default(), &events);
        assert_eq!((state.standing, state.seq, state.void_below), (standing, 1, 0), "{events:?}");
        assert_eq!(state.mints(), standing == Standing::Active);
        assert_eq!(state.why, (standing == Standing::Revoked).then_some("refunded"));
    }
}

#[test]
fn a_dispute_suspends_until_it_is_won() {
    for (events, standing) in [
        (vec![disputed("first"), first()], Standing::Suspended),
        (vec![first(), won("first"), disputed("first")], Standing::Active),
        (vec![disputed("first"), won("first"), first()], Standing::Active),
        (vec![first(), renewal(), disputed("second")], Standing::Suspended),
        (vec![first(), renewal(), disputed("first"), disputed("second"), won("first")], Standing::Suspended),
        (vec![first(), disputed("never told")], Standing::Suspended),
    ] {
        let state = state(&Policy::default(), &events);
        assert_eq!(state.standing, standing, "{events:?}");
        assert_eq!(state.why, (standing == Standing::Suspended).then_some("disputed"));
    }
}

#[test]
fn a_renewal_prolongs_and_its_refund_takes_back_that_period_alone() {
    let policy = by_subscription();
    let renewed = state(&policy, &[first(), renewal()]);
    assert_eq!((renewed.expires_at, renewed.seq, renewed.void_below), (Some(day(59)), 2, 0));

    let taken_back = state(&policy, &[first(), renewal(), refunded("second")]);
    assert_eq!(taken_back.standing, Standing::Active);
    assert_eq!((taken_back.expires_at, taken_back.seq, taken_back.void_below), (Some(day(31)), 3, 3));

    let third = sold(order("third", day(59)));
    let paid_again = state(&policy, &[first(), renewal(), refunded("second"), third]);
    assert_eq!((paid_again.expires_at, paid_again.seq, paid_again.void_below), (Some(day(90)), 4, 0));
}

#[test]
fn the_grace_of_a_subscription_is_part_of_its_time() {
    let week = Policy { grace: None, ..by_subscription() };
    assert_eq!(state(&week, &[first()]).expires_at, Some(day(38)));
    assert_eq!(state(&week, &[first()]).grace, 0);
    let fixed = Policy { expires: Expires::After(1.year()), grace: Some(60), ..Policy::default() };
    let fixed = state(&fixed, &[first(), renewal()]);
    assert_eq!((fixed.expires_at, fixed.grace), (Some(day(365)), 60));
}

#[test]
fn new_builds_are_included_from_the_last_charge_that_stands() {
    let policy = Policy { updates: Some(1.year()), ..Policy::default() };
    let until = |events: &[Event]| state(&policy, events).updates_until;
    assert_eq!(until(&[first()]), Some(day(365)));
    assert_eq!(until(&[first(), renewal()]), Some(day(396)));
    assert_eq!(until(&[first(), renewal(), refunded("second")]), Some(day(365)));
}

#[test]
fn an_upgrade_holds_at_once_and_its_prorated_charge_begins_a_new_period() {
    let mut prorated = order("prorated", day(10));
    (prorated.quantity, prorated.recurrence) = (5, Some(Recurrence::Yearly));
    let upgraded = [first(), seats_changed(10, 5), sold(prorated)];
    let upgraded = state(&by_subscription(), &upgraded);
    assert_eq!((upgraded.seats, upgraded.seq, upgraded.expires_at), (5, 3, Some(day(375))));
    assert_eq!(upgraded.plan.as_deref(), Some("Team 5"));
}

#[test]
fn a_downgrade_waits_for_its_day() {
    let mut eight = order("first", day(0));
    eight.quantity = 8;
    let downgraded = [seats_changed(31, 3), sold(eight)];
    let before = state_at(day(30), &by_subscription(), &downgraded);
    assert_eq!((before.seats, before.seq, before.review_at), (8, 1, Some(day(31))));
    assert_eq!(before.plan, None);
    let after = state_at(day(31), &by_subscription(), &downgraded);
    assert_eq!((after.seats, after.seq, after.review_at), (3, 2, None));
}

#[test]
fn a_charge_after_a_plan_says_how_many_seats_there_are() {
    let mut charged = order("second", day(31));
    charged.quantity = 4;
    let facts = [first(), seats_changed(20, 3), sold(charged), seats_changed(31, 9), seats_changed(32, 2)];
    let seats = |count: usize| state(&Policy::default(), &facts[..count]).seats;
    assert_eq!([1, 2, 3, 4, 5].map(seats), [1, 3, 4, 9, 2]);
    let fixed = Policy { seats: Seats::Fixed(25), ..Policy::default() };
    assert_eq!(state(&fixed, &facts).seats, 25);
}

#[test]
fn what_has_ended_runs_again_once_it_is_restarted_or_paid() {
    let over = ended(62, EndReason::FailedPayment);
    let again = sold(order("third", day(80)));
    let on_the_last_day = sold(order("third", day(62)));
    for (events, standing) in [
        (vec![first(), renewal(), over.clone()], Standing::Ended),
        (vec![over.clone(), restarted(62), first()], Standing::Active),
        (vec![restarted(61), first(), over.clone()], Standing::Ended),
        (vec![again.clone(), over.clone(), first()], Standing::Active),
        (vec![again, over.clone(), first(), refunded("third")], Standing::Ended),
        (vec![on_the_last_day, over.clone(), first()], Standing::Ended),
        (vec![first(), over, restarted(70), ended(90, EndReason::Cancelled)], Standing::Ended),
    ] {
        let state = state(&by_subscription(), &events);
        assert_eq!(state.standing, standing, "{events:?}");
        assert!(state.mints());
        assert_eq!(state.why, (standing == Standing::Ended).then_some("subscription ended"));
    }
}

#[test]
fn installments_that_are_paid_are_a_license_for_ever() {
    let paid = [first(), renewal(), ended(40, EndReason::PaidOff)];
    let kept = state(&by_subscription(), &paid);
    assert_eq!((kept.standing, kept.expires_at, kept.seq), (Standing::Active, None, 3));
    let over = Policy { on_paid_off: OnPaidOff::End, ..by_subscription() };
    let over = state(&over, &paid);
    assert_eq!((over.standing, over.expires_at, over.seq), (Standing::Ended, Some(day(59)), 2));
}

#[test]
fn a_membership_of_a_fixed_length_ends() {
    let fixed = [first(), ended(31, EndReason::FixedPeriodOver)];
    assert_eq!(state(&by_subscription(), &fixed).standing, Standing::Ended);
    let kept = Policy { on_end: OnEnd::Keep, ..Policy::default() };
    assert_eq!(state(&kept, &fixed).standing, Standing::Active);
}

#[test]
fn a_free_trial_is_no_whole_period() {
    let trial = [first(), Event::TrialUntil(day(7)), cancelled(7)];
    let before = state(&by_subscription(), &trial[..1]);
    assert_eq!((before.expires_at, before.seq), (Some(day(31)), 1));
    let known = state(&by_subscription(), &trial);
    assert_eq!((known.expires_at, known.seq, known.void_below), (Some(day(7)), 2, 2));
    assert_eq!(known.cancelled_at, Some(day(7)));

    let mut charged = trial.to_vec();
    charged.push(sold(order("second", day(7))));
    let charged = state(&by_subscription(), &charged);
    assert_eq!((charged.expires_at, charged.seq, charged.void_below), (Some(day(38)), 3, 0));
}

#[test]
fn a_cancellation_changes_nothing_and_is_over_when_the_subscription_goes_on() {
    let cancelled_at = |events: &[Event]| {
        let state = state(&by_subscription(), events);
        assert_eq!((state.standing, state.expires_at.is_some()), (Standing::Active, true));
        state.cancelled_at
    };
    assert_eq!(cancelled_at(&[first(), cancelled(31)]), Some(day(31)));
    assert_eq!(cancelled_at(&[first(), cancelled(31), cancelled(62)]), Some(day(62)));
    assert_eq!(cancelled_at(&[first(), cancelled(31), restarted(31)]), None);
    assert_eq!(cancelled_at(&[first(), cancelled(30), renewal()]), None);
}

#[test]
fn a_membership_that_was_charged_back_returns_when_the_dispute_is_won() {
    let back = [disputed("first"), cancelled(5), ended(5, EndReason::Cancelled), first()];
    let back_state = state(&by_subscription(), &back);
    assert_eq!((back_state.standing, back_state.cancelled_at), (Standing::Suspended, Some(day(5))));

    let half = [&back[..], &[won("first")]].concat();
    assert_eq!(state(&by_subscription(), &half).standing, Standing::Ended);
    let whole = [&half[..], &[restarted(20)]].concat();
    let whole = state(&by_subscription(), &whole);
    assert_eq!((whole.standing, whole.cancelled_at, whole.seq), (Standing::Active, None, 1));
}

#[test]
fn a_seller_may_be_kinder_or_harder() {
    let kind = Policy {
        on_refund: OnRefund::Keep,
        on_dispute: OnDispute::Keep,
        on_end: OnEnd::Keep,
        ..Policy::default()
    };
    let facts = [first(), refunded("first"), disputed("first"), ended(5, EndReason::Cancelled)];
    assert_eq!(state(&kind, &facts).standing, Standing::Active);
    let hard = Policy { on_dispute: OnDispute::Revoke, ..Policy::default() };
    let facts = [first(), disputed("first")];
    assert_eq!(
        (state(&hard, &facts).standing, state(&hard, &facts).why),
        (Standing::Revoked, Some("disputed"))
    );
    assert_eq!(state(&hard, &[first(), disputed("first"), won("first")]).standing, Standing::Active);
}

#[test]
fn of_what_the_operator_decides_the_latest_counts_whatever_the_store_tells() {
    let (revoke, suspend) = (decided(400, Ruling::Revoke), decided(401, Ruling::Suspend));
    for (events, standing, why) in [
        (vec![revoke.clone(), first()], Standing::Revoked, Some("revoked by the operator")),
        (
            vec![first(), revoke.clone(), disputed("first")],
            Standing::Revoked,
            Some("revoked by the operator"),
        ),
        (
            vec![suspend.clone(), first(), revoke.clone()],
            Standing::Suspended,
            Some("suspended by the operator"),
        ),
        (
            vec![suspend.clone(), first(), refunded("first")],
            Standing::Suspended,
            Some("suspended by the operator"),
        ),
        (vec![first(), decided(402, Ruling::Reinstate), suspend, revoke], Standing::Active, None),
    ] {
        let state = state(&Policy::default(), &events);
        assert_eq!((state.standing, state.why, state.seq), (standing, why, 1), "{events:?}");
        assert_eq!(state.mints(), standing == Standing::Active);
    }
}

#[test]
fn what_is_reinstated_runs_until_the_store_tells_something_new() {
    let reinstated = |at| decided(at, Ruling::Reinstate);
    let over = ended(62, EndReason::Cancelled);
    // Whatever bears no time of its own is heard about day 300.
    for (events, standing) in [
        (vec![first(), refunded("first"), reinstated(400)], Standing::Active),
        (vec![first(), disputed("first"), reinstated(400)], Standing::Active),
        (vec![reinstated(200), first(), refunded("first")], Standing::Revoked),
        (vec![reinstated(200), first(), disputed("first")], Standing::Suspended),
        (vec![first(), over.clone(), reinstated(200)], Standing::Active),
        (vec![first(), over, reinstated(61)], Standing::Ended),
    ] {
        assert_eq!(state(&Policy::default(), &events).standing, standing, "{events:?}");
    }
}

#[test]
fn another_blob_and_another_key_are_asked_for_once_each_time() {
    let (reissue, rotate) = (decided(400, Ruling::Reissue), decided(401, Ruling::RotateKey));
    let events = [first(), reissue.clone(), rotate.clone(), reissue, rotate, decided(402, Ruling::RotateKey)];
    let state = state(&Policy::default(), &events);
    assert_eq!((state.seq, state.rotations, state.standing), (4, 2, Standing::Active));
}

#[test]
fn what_is_decided_about_one_license_leaves_the_others_alone() {
    let told = told(&[first(), decided_upon(Some(2), 400, Ruling::Revoke), decided(401, Ruling::RotateKey)]);
    let history = History::of(&told).unwrap();
    let state = |scope| {
        let state = State::of(&history, &Policy::default(), scope, day(500)).unwrap();
        (state.standing, state.rotations)
    };
    assert_eq!([Scope::Order, Scope::Item(1)].map(state), [(Standing::Active, 1); 2]);
    assert_eq!(state(Scope::Item(2)), (Standing::Revoked, 1));
}
