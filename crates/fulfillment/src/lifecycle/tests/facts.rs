//! Facts as stores tell them, in few words.

use super::super::{Expires, History, Policy, Scope, State, Told};
use jiff::{Timestamp, ToSpan as _};
use mintmark_adapters::manual::{Decision, Mail, Ruling};
use mintmark_adapters::{Charge, EndReason, Event, Extent, Order, PlanChange, Recurrence};
use mintmark_licensing::Mode;

/// A point in time: so many days after the beginning of 2026.
pub(crate) fn day(number: i64) -> Timestamp {
    "2026-01-01T00:00:00Z".parse::<Timestamp>().unwrap() + (24 * number).hours()
}

/// An order of one unit, charged monthly, at its time.
pub(crate) fn order(sale_id: &str, sold_at: Timestamp) -> Order {
    Order {
        order_id: "order".to_owned(),
        sale_id: sale_id.to_owned(),
        subscription_id: Some("order".to_owned()),
        product_id: "product".to_owned(),
        product_name: None,
        email: format!("{sale_id}@example.com"),
        name: sale_id.to_owned(),
        quantity: 1,
        price_usd_cents: Some(4_900),
        recurrence: Some(Recurrence::Monthly),
        offer_code: None,
        is_recurring_charge: sale_id != "first",
        is_gift: false,
        giver: None,
        sold_at: Some(sold_at),
    }
}

pub(crate) fn sold(order: Order) -> Event {
    Event::Sold(Box::new(order))
}

/// The charge that begins it.
pub(crate) fn first() -> Event {
    sold(order("first", day(0)))
}

/// A later charge, one month after the first.
pub(crate) fn renewal() -> Event {
    sold(order("second", day(31)))
}

/// The charge of that id, as an event names it.
pub(crate) fn charge(sale_id: &str) -> Charge {
    Charge {
        sale_id: sale_id.to_owned(),
        product_id: None,
        email: None,
        sold_at: None,
        is_recurring: sale_id != "first",
    }
}

pub(crate) fn refunded(sale_id: &str) -> Event {
    Event::Refunded { charge: charge(sale_id), extent: Extent::Full }
}

pub(crate) fn disputed(sale_id: &str) -> Event {
    Event::Disputed(charge(sale_id))
}

pub(crate) fn won(sale_id: &str) -> Event {
    Event::DisputeWon(charge(sale_id))
}

pub(crate) fn cancelled(at: i64) -> Event {
    Event::Cancelled { ends_at: Some(day(at)) }
}

pub(crate) fn ended(at: i64, reason: EndReason) -> Event {
    Event::Ended { at: Some(day(at)), reason }
}

pub(crate) fn restarted(at: i64) -> Event {
    Event::Restarted { at: Some(day(at)) }
}

pub(crate) fn seats_changed(at: i64, quantity: u32) -> Event {
    let plan = Some(format!("Team {quantity}"));
    Event::PlanChanged(PlanChange {
        effective_at: Some(day(at)),
        quantity: Some(quantity),
        recurrence: None,
        plan,
    })
}

/// What the operator decided about the whole order.
pub(crate) fn decided(at: i64, ruling: Ruling) -> Event {
    decided_upon(None, at, ruling)
}

/// What the operator decided, about one license of several or about all.
pub(crate) fn decided_upon(item: Option<u32>, at: i64, ruling: Ruling) -> Event {
    Event::Decided(Box::new(Decision {
        decision: ruling,
        order_id: "order".to_owned(),
        mode: Mode::Live,
        item,
        by: "ada".to_owned(),
        why: None,
        at: day(at),
        mail: Mail::AsUsual,
    }))
}

/// The facts in the order of their arrival, long after they happened.
pub(crate) fn told(events: &[Event]) -> Vec<Told> {
    let telling = |(event, number): (&Event, i64)| Told {
        event: event.clone(),
        delivery: number,
        received_at: day(300) + number.seconds(),
    };
    events.iter().zip(1..).map(telling).collect()
}

/// A license that runs as long as it is paid for.
pub(crate) fn by_subscription() -> Policy {
    Policy { expires: Expires::Subscription, grace: Some(0), ..Policy::default() }
}

/// The state that follows from these facts.
pub(crate) fn state_at(now: Timestamp, policy: &Policy, events: &[Event]) -> State {
    let told = told(events);
    State::of(&History::of(&told).expect("a sale"), policy, Scope::Order, now).unwrap()
}

/// The state long after all of them.
pub(crate) fn state(policy: &Policy, events: &[Event]) -> State {
    state_at(day(365), policy, events)
}
