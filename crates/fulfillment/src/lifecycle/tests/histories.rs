//! Histories at random: few days and few charges, so that facts meet.

use super::super::{Expires, OnDispute, OnEnd, OnPaidOff, OnRefund, Policy, Seats};
use super::facts::*;
use jiff::{Timestamp, ToSpan as _};
use mintmark_adapters::manual::Ruling;
use mintmark_adapters::{EndReason, Event, Extent, Order, Recurrence};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

/// Histories of at most so many facts, each of which says when it happened, and the same charge the same way.
pub(super) fn histories(most: usize) -> impl Strategy<Value = Vec<Event>> {
    // What begins with a charge more often than not is a history.
    (option::weighted(0.8, charges()), vec(facts(), 0..=most - 1)).prop_map(|(first, rest)| {
        let mut facts: Vec<Event> = first.into_iter().map(sold).collect();
        facts.extend(rest);
        facts
    })
}

/// One of the days on which something happens; months apart, so that periods touch.
pub(super) fn days() -> impl Strategy<Value = i64> {
    select(vec![0, 7, 31, 59, 90, 120])
}

/// Any policy.
pub(super) fn policies() -> impl Strategy<Value = Policy> {
    let year = 1.year();
    let expires =
        select(vec![Expires::Subscription, Expires::Subscription, Expires::Never, Expires::After(year)]);
    (
        (select(vec![Seats::Quantity, Seats::Fixed(25)]), expires),
        (select(vec![None, Some(year)]), select(vec![None, Some(0), Some(86_400)])),
        (select(vec![OnRefund::Revoke, OnRefund::Keep]), select(vec![OnEnd::End, OnEnd::Keep])),
        select(vec![OnDispute::Suspend, OnDispute::Revoke, OnDispute::Keep]),
        select(vec![OnPaidOff::Keep, OnPaidOff::End]),
    )
        .prop_map(
            |((seats, expires), (updates, grace), (on_refund, on_end), on_dispute, on_paid_off)| Policy {
                seats,
                expires,
                updates,
                grace,
                on_refund,
                on_dispute,
                on_end,
                on_paid_off,
            },
        )
}

/// One of the charges that there are. The number of units and the period depend on its day, so that it is one charge.
pub(super) fn charges() -> impl Strategy<Value = Order> {
    (select(vec!["first", "second", "third"]), any::<bool>()).prop_map(|(sale_id, is_large)| {
        let at = match sale_id {
            "first" => 0,
            "second" => 31,
            _ => 59,
        };
        let sale_id = if is_large { format!("{sale_id} large") } else { sale_id.to_owned() };
        let mut order = order(&sale_id, day(at));
        if is_large {
            (order.quantity, order.recurrence) = (5, Some(Recurrence::Yearly));
            order.is_recurring_charge = at > 0;
        }
        order
    })
}

fn facts() -> impl Strategy<Value = Event> {
    let named = select(vec!["first", "second", "third", "second large", "never told"]);
    let extent = select(vec![Extent::Full, Extent::Full, Extent::Partial, Extent::Unknown]);
    let reason = select(vec![
        EndReason::Cancelled,
        EndReason::FailedPayment,
        EndReason::FixedPeriodOver,
        EndReason::PaidOff,
    ]);
    prop_oneof![
        4 => charges().prop_map(sold),
        3 => (named.clone(), extent).prop_map(|(id, extent)| Event::Refunded { charge: charge(id), extent }),
        2 => named.clone().prop_map(disputed),
        2 => named.prop_map(won),
        1 => days().prop_map(cancelled),
        2 => (days(), 1..4_u32).prop_map(|(at, quantity)| seats_changed(at, quantity)),
        2 => (days(), reason).prop_map(|(at, reason)| ended(at, reason)),
        2 => days().prop_map(restarted),
        1 => select(vec![7, 31]).prop_map(|at| Event::TrialUntil(day(at))),
        3 => decisions(),
    ]
}

/// Before everything else was heard, and after it.
fn decisions() -> impl Strategy<Value = Event> {
    let rulings = vec![
        Ruling::Reinstate,
        Ruling::Reinstate,
        Ruling::Suspend,
        Ruling::Revoke,
        Ruling::Reissue,
        Ruling::RotateKey,
    ];
    (select(vec![None, None, None, Some(1)]), select(vec![0, 31, 90, 400]), select(rulings))
        .prop_map(|(item, at, ruling)| decided_upon(item, at, ruling))
}

/// Facts that say too much: any time or none, any number, and the same charge in several ways.
pub(super) fn wild_facts() -> impl Strategy<Value = Event> {
    let time = prop_oneof![
        Just(None),
        any::<i64>().prop_map(any_time).prop_map(Some),
        days().prop_map(|at| Some(day(at)))
    ];
    (facts(), time, any::<u32>(), select(vec![None, Some(Recurrence::EveryTwoYears)])).prop_map(
        |(fact, time, quantity, recurrence)| match fact {
            Event::Sold(order) => sold(Order { sold_at: time, quantity, recurrence, ..*order }),
            Event::Cancelled { .. } => Event::Cancelled { ends_at: time },
            Event::Ended { reason, .. } => Event::Ended { at: time, reason },
            Event::Restarted { .. } => Event::Restarted { at: time },
            Event::TrialUntil(_) => Event::TrialUntil(time.unwrap_or(Timestamp::MAX)),
            Event::PlanChanged(mut change) => {
                (change.effective_at, change.recurrence) = (time, recurrence);
                Event::PlanChanged(change)
            }
            other => other,
        },
    )
}

fn any_time(number: i64) -> Timestamp {
    let seconds = number % Timestamp::MAX.as_second();
    Timestamp::new(seconds, 0).unwrap_or(Timestamp::MIN)
}
