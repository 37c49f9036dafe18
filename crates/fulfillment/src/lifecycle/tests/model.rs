//! A second, slower reading of the rules: the life of an order played through, day by day.

use super::super::calendar::{add, period};
use super::super::{Expires, OnDispute, OnEnd, OnPaidOff, OnRefund, Policy, Seats, Standing, State};
use super::facts::day;
use jiff::{Timestamp, ToSpan as _};
use mintmark_adapters::manual::Ruling;
use mintmark_adapters::{EndReason, Event, Extent, Order, PlanChange};
use std::collections::BTreeSet;

/// What happened to money, which bears no date.
struct Money {
    refunded: BTreeSet<String>,
    disputed: BTreeSet<String>,
    trials: BTreeSet<Timestamp>,
}

/// The license as it stands on a certain day of the play.
#[derive(Default)]
struct Picture {
    orders: Vec<Order>,
    plans: Vec<PlanChange>,
    first_is_refunded: bool,
    seats: u32,
    paid_until: Option<Timestamp>,
    updates_until: Option<Timestamp>,
    over_since: Option<Timestamp>,
    cancelled_at: Option<Timestamp>,
    review_at: Option<Timestamp>,
    plan: Option<String>,
    seq: u32,
}

/// The state that these facts lead to, all of which say when they happened; `None` if nothing was sold.
pub(super) fn state(facts: &[Event], policy: &Policy, now: Timestamp) -> Option<State> {
    let money = money(facts);
    let end = play(facts, &money, policy, now);
    if end.orders.is_empty() {
        return None;
    }
    let innocent = Money { refunded: BTreeSet::new(), disputed: BTreeSet::new(), trials: BTreeSet::new() };
    let best = play(facts, &innocent, policy, now);
    let rulings = rulings(facts);
    let (standing, why) = standing(&end, &money, policy, &rulings);
    let count = |ruling| u32::try_from(rulings.iter().filter(|(_, one)| *one == ruling).count()).unwrap();
    let is_by_subscription = matches!(policy.expires, Expires::Subscription);
    let is_paid_off = policy.on_paid_off == OnPaidOff::Keep
        && facts.iter().any(|fact| matches!(fact, Event::Ended { reason: EndReason::PaidOff, .. }));
    let expires_at = |picture: &Picture| match &policy.expires {
        Expires::Never => None,
        Expires::After(span) => Some(add(end.orders[0].sold_at.unwrap(), *span).unwrap()),
        Expires::Subscription if is_paid_off => None,
        Expires::Subscription => picture.paid_until,
    };
    let mut seq = end.seq + count(Ruling::Reissue) + count(Ruling::RotateKey);
    if is_by_subscription {
        seq += u32::try_from(money.trials.len()).unwrap() + u32::from(is_paid_off);
    }
    let is_less = end.seats < best.seats
        || end.updates_until < best.updates_until
        || expires_at(&end) < expires_at(&best);
    Some(State {
        standing,
        why,
        seats: end.seats,
        expires_at: expires_at(&end),
        grace: if matches!(policy.expires, Expires::After(_)) { policy.grace.unwrap_or(0) } else { 0 },
        updates_until: end.updates_until,
        seq,
        void_below: if is_less { seq } else { 0 },
        rotations: count(Ruling::RotateKey),
        foreign_key: None,
        review_at: end.review_at,
        cancelled_at: end.cancelled_at,
        plan: end.plan,
    })
}

fn money(facts: &[Event]) -> Money {
    let mut money = Money { refunded: BTreeSet::new(), disputed: BTreeSet::new(), trials: BTreeSet::new() };
    for fact in facts {
        match fact {
            Event::Refunded { charge, extent: Extent::Full } => {
                money.refunded.extend([charge.sale_id.clone()])
            }
            Event::Disputed(charge) if !facts.contains(&Event::DisputeWon(charge.clone())) => {
                money.disputed.insert(charge.sale_id.clone());
            }
            Event::TrialUntil(end) => money.trials.extend([*end]),
            _ => {}
        }
    }
    money
}

/// What was decided about the whole order, in the order of its times.
fn rulings(facts: &[Event]) -> BTreeSet<(Timestamp, Ruling)> {
    let ruling = |fact: &Event| match fact {
        Event::Decided(decision) if decision.item.is_none() => Some((decision.at, decision.decision)),
        _ => None,
    };
    facts.iter().filter_map(ruling).collect()
}

fn play(facts: &[Event], money: &Money, policy: &Policy, now: Timestamp) -> Picture {
    let mut script: Vec<((Timestamp, u8), &Event)> =
        facts.iter().filter_map(|fact| Some((cue(fact)?, fact))).collect();
    script.sort_by_key(|(cue, fact)| (*cue, name(fact)));
    let mut picture = Picture::default();
    for ((today, _), fact) in script {
        match fact {
            Event::Sold(order) => picture.charge(order, today, money, policy),
            Event::PlanChanged(change) => picture.change(change, today, policy, now),
            Event::Ended { reason, .. } if ends(*reason, policy) => picture.over_since = Some(today),
            Event::Cancelled { .. } => picture.cancelled_at = Some(today),
            Event::Restarted { .. } => (picture.over_since, picture.cancelled_at) = (None, None),
            _ => {}
        }
    }
    picture
}

/// What decides between two facts that enter together.
fn name(fact: &Event) -> String {
    match fact {
        Event::Sold(order) => order.sale_id.clone(),
        Event::PlanChanged(change) => format!("{:>10}", change.quantity.unwrap_or(0)),
        _ => String::new(),
    }
}

/// When a fact enters; in the same second: first charges, later ones, plans, ends, restarts.
fn cue(fact: &Event) -> Option<(Timestamp, u8)> {
    match fact {
        Event::Sold(order) => Some((order.sold_at?, u8::from(order.is_recurring_charge))),
        Event::PlanChanged(change) => Some((change.effective_at?, 2)),
        Event::Cancelled { ends_at } => Some(((*ends_at)?, 3)),
        Event::Ended { at, .. } => Some(((*at)?, 3)),
        Event::Restarted { at } => Some(((*at)?, 4)),
        Event::Refunded { .. } | Event::Disputed(_) | Event::DisputeWon(_) | Event::TrialUntil(_) => None,
        Event::Decided(_) | Event::Existed(_) => None,
    }
}

fn ends(reason: EndReason, policy: &Policy) -> bool {
    match reason {
        EndReason::PaidOff => policy.on_paid_off == OnPaidOff::End,
        _ => policy.on_end == OnEnd::End,
    }
}

impl Picture {
    fn charge(&mut self, order: &Order, today: Timestamp, money: &Money, policy: &Policy) {
        if self.orders.contains(order) {
            return;
        }
        let is_first = self.orders.is_empty();
        let is_refunded = money.refunded.contains(&order.sale_id);
        self.orders.push(order.clone());
        self.seq += 1;
        self.first_is_refunded |= is_first && is_refunded;
        if is_refunded && !is_first {
            self.seq += 1;
            return;
        }
        if matches!(self.over_since, Some(end) if end < today) {
            self.over_since = None;
        }
        if matches!(self.cancelled_at, Some(end) if end < today) {
            self.cancelled_at = None;
        }
        self.seats = if let Seats::Fixed(seats) = policy.seats { seats } else { order.quantity };
        self.updates_until = policy.updates.map(|span| add(today, span).unwrap());
        let is_trial = is_first && !order.is_recurring_charge;
        let trial = money.trials.last().copied().filter(|_| is_trial);
        let paid = trial.unwrap_or_else(|| add(today, period(order.recurrence.unwrap())).unwrap());
        let grace = i64::try_from(policy.grace.unwrap_or(7 * 86_400)).unwrap();
        self.paid_until = self.paid_until.max(Some(paid + grace.seconds()));
    }

    fn change(&mut self, change: &PlanChange, today: Timestamp, policy: &Policy, now: Timestamp) {
        if today > now {
            self.review_at = self.review_at.or(Some(today));
        } else if !self.plans.contains(change) {
            self.plans.push(change.clone());
            self.seq += 1;
            self.plan = change.plan.clone().or(self.plan.take());
            if let (Seats::Quantity, Some(quantity)) = (policy.seats, change.quantity) {
                self.seats = quantity;
            }
        }
    }
}

fn standing(
    end: &Picture,
    money: &Money,
    policy: &Policy,
    rulings: &BTreeSet<(Timestamp, Ruling)>,
) -> (Standing, Option<&'static str>) {
    let is_about_standing =
        |ruling: &Ruling| matches!(ruling, Ruling::Reinstate | Ruling::Suspend | Ruling::Revoke);
    let reinstated = match rulings.iter().rev().find(|(_, ruling)| is_about_standing(ruling)) {
        Some((_, Ruling::Revoke)) => return (Standing::Revoked, Some("revoked by the operator")),
        Some((_, Ruling::Suspend)) => return (Standing::Suspended, Some("suspended by the operator")),
        Some((at, _)) => *at,
        None => Timestamp::MIN,
    };
    // Everything is heard at once, on that day.
    let is_heard_later = reinstated < day(300);
    let disputed = if money.disputed.is_empty() { OnDispute::Keep } else { policy.on_dispute };
    if is_heard_later && end.first_is_refunded && policy.on_refund == OnRefund::Revoke {
        (Standing::Revoked, Some("refunded"))
    } else if is_heard_later && disputed == OnDispute::Revoke {
        (Standing::Revoked, Some("disputed"))
    } else if is_heard_later && disputed == OnDispute::Suspend {
        (Standing::Suspended, Some("disputed"))
    } else if end.over_since.is_some_and(|end| end > reinstated) {
        (Standing::Ended, Some("subscription ended"))
    } else {
        (Standing::Active, None)
    }
}
