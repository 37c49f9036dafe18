//! The history of an order: what was told of it, each fact once and at its own time.

use super::Told;
use super::calendar::whole_seconds;
use super::decisions::{self, Decided, Scope};
use jiff::Timestamp;
use mintmark_adapters::manual::{Decision, Existing};
use mintmark_adapters::{EndReason, Event, Extent, Order, PlanChange, Recurrence};
use std::collections::{BTreeMap, BTreeSet};

/// Everything known of an order that was sold.
#[derive(Debug)]
pub(crate) struct History<'a> {
    charges: Vec<Paid<'a>>,
    changes: Vec<Change<'a>>,
    disputed_since: Option<Timestamp>,
    decisions: Vec<&'a Decision>,
    existed: Option<&'a Existing>,
    pub(super) ends: BTreeSet<End>,
    pub(super) restarts: BTreeSet<Timestamp>,
    pub(super) cancellations: BTreeSet<Timestamp>,
    trials: BTreeSet<Timestamp>,
}

/// A charge that went through.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paid<'a> {
    /// As it was told first.
    pub(crate) order: &'a Order,
    /// When it was made.
    pub(crate) at: Timestamp,
    /// Since when it is known that all of it was given back.
    pub(crate) refunded_since: Option<Timestamp>,
}

/// A change of the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Change<'a> {
    pub(super) at: Timestamp,
    pub(super) told: &'a PlanChange,
}

/// An end of the subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct End {
    pub(super) at: Timestamp,
    pub(super) is_paid_off: bool,
}

impl Paid<'_> {
    /// Whether all of it was given back.
    pub(super) fn is_refunded(&self) -> bool {
        self.refunded_since.is_some()
    }
}

impl<'a> History<'a> {
    /// The history that is told, in whatever order; `None` if no charge is known.
    pub(crate) fn of(told: &'a [Told]) -> Option<Self> {
        let charges = charges(told);
        if charges.is_empty() {
            return None;
        }
        let mut history = Self {
            charges,
            changes: changes(told),
            disputed_since: disputed_since(told),
            decisions: decisions::of(told),
            existed: existed(told),
            ends: BTreeSet::new(),
            restarts: BTreeSet::new(),
            cancellations: BTreeSet::new(),
            trials: BTreeSet::new(),
        };
        for this in told {
            history.note(told, this);
        }
        Some(history)
    }

    /// The charges by their own time, refunded ones included; at least one. Where two were made in one second, the one
    /// that begins the subscription is first.
    pub(crate) fn charges(&self) -> &[Paid<'a>] {
        &self.charges
    }

    /// The earliest charge: what was bought, and since when.
    pub(crate) fn first(&self) -> Paid<'a> {
        self.charges[0]
    }

    /// The latest charge: who the buyer is today.
    pub(crate) fn latest(&self) -> Paid<'a> {
        self.charges[self.charges.len() - 1]
    }

    /// The charges that still pay for something: the first in any case, and later ones that were not given back.
    pub(crate) fn standing_charges(&self) -> impl Iterator<Item = &Paid<'a>> {
        self.charges
            .iter()
            .enumerate()
            .filter(|(index, paid)| *index == 0 || !paid.is_refunded())
            .map(|(_, paid)| paid)
    }

    /// How many charges but the first were given back.
    pub(super) fn later_refunds(&self) -> usize {
        self.charges.iter().skip(1).filter(|paid| paid.is_refunded()).count()
    }

    /// The changes of plan that hold at `now`, and those that will; each by its time.
    pub(super) fn changes_at(&self, now: Timestamp) -> (&[Change<'a>], &[Change<'a>]) {
        self.changes.split_at(self.changes.partition_point(|change| change.at <= now))
    }

    /// The most units that were ever bought at once, so that every key which may have been minted is among them.
    pub(crate) fn most_units(&self, now: Timestamp) -> u32 {
        let (effective, _) = self.changes_at(now);
        let changed = effective.iter().filter_map(|change| change.told.quantity);
        self.charges.iter().map(|paid| paid.order.quantity).chain(changed).max().unwrap_or(1)
    }

    /// Since when it is known that somebody's bank took money back, if the seller has not won. Of several the latest.
    pub(super) fn disputed_since(&self) -> Option<Timestamp> {
        self.disputed_since
    }

    /// What the operator decided about these licenses.
    pub(super) fn decided(&self, scope: Scope) -> Decided {
        Decided::of(&self.decisions, scope)
    }

    /// The key that the buyer has had of another system.
    pub(super) fn foreign_key(&self) -> Option<&'a str> {
        self.existed?.key.as_deref()
    }

    /// Until when another system said that it runs, unless it was charged again since.
    pub(super) fn earlier_expiry(&self) -> Option<Timestamp> {
        self.existed?.expires_at.filter(|_| self.charges.len() == 1).map(whole_seconds)
    }

    /// The items that a decision names.
    pub(crate) fn items_decided_upon(&self) -> BTreeSet<u32> {
        self.decisions.iter().filter_map(|decision| decision.item).collect()
    }

    /// Whether it was an installment plan that is paid.
    pub(super) fn is_paid_off(&self) -> bool {
        self.ends.iter().any(|end| end.is_paid_off)
    }

    /// How many ends of the trial were told; more than one if it was prolonged.
    pub(super) fn trials(&self) -> usize {
        self.trials.len()
    }

    /// When the free trial ends that the first charge stands for; of several tellings the one that is best for the
    /// buyer. A later charge is real, so a history that begins with one has no trial.
    pub(super) fn trial_end(&self) -> Option<Timestamp> {
        self.trials.last().copied().filter(|_| !self.first().order.is_recurring_charge)
    }

    /// The period of charges that do not name their own: the latest that is known, of a charge or of a plan.
    pub(super) fn usual_recurrence(&self, effective: &[Change<'a>]) -> Option<Recurrence> {
        let of_charges = self.charges.iter().filter_map(|paid| Some((paid.at, 0, paid.order.recurrence?)));
        let of_changes = effective.iter().filter_map(|change| Some((change.at, 1, change.told.recurrence?)));
        let latest = of_charges.chain(of_changes).max_by_key(|(at, rank, _)| (*at, *rank));
        latest.map(|(_, _, recurrence)| recurrence)
    }

    fn note(&mut self, told: &[Told], this: &Told) {
        match &this.event {
            Event::Ended { at, reason } => {
                let is_paid_off = *reason == EndReason::PaidOff;
                self.ends.insert(End { at: own_time(told, this, *at), is_paid_off });
            }
            Event::Restarted { at } => drop(self.restarts.insert(own_time(told, this, *at))),
            Event::Cancelled { ends_at } => drop(self.cancellations.insert(own_time(told, this, *ends_at))),
            Event::TrialUntil(end) => drop(self.trials.insert(whole_seconds(*end))),
            Event::Sold(_)
            | Event::Refunded { .. }
            | Event::Disputed(_)
            | Event::DisputeWon(_)
            | Event::PlanChanged(_)
            | Event::Decided(_)
            | Event::Existed(_) => {}
        }
    }
}

fn charges(told: &[Told]) -> Vec<Paid<'_>> {
    let mut first_told: BTreeMap<&str, (i64, &Order)> = BTreeMap::new();
    for Told { event, delivery, .. } in told {
        if let Event::Sold(order) = event {
            let known = first_told.entry(&order.sale_id).or_insert((*delivery, order));
            if *delivery < known.0 {
                *known = (*delivery, order);
            }
        }
    }
    let refunded = first_heard(told, fully_refunded);
    // Without a time of its own, a charge counts from the first that was heard of its order.
    let first_arrival = told.iter().map(|told| told.received_at).min().unwrap_or_default();
    let mut charges: Vec<Paid<'_>> = Vec::with_capacity(first_told.len());
    for (sale_id, (_, order)) in first_told {
        let at = whole_seconds(order.sold_at.unwrap_or(first_arrival));
        charges.push(Paid { order, at, refunded_since: refunded.get(sale_id).copied() });
    }
    // They are sorted by id already, which decides where nothing else does.
    charges.sort_by_key(|paid| (paid.at, paid.order.is_recurring_charge));
    charges
}

/// A part of the money changes nothing, and neither does a refund of unknown extent until the store says more.
fn fully_refunded(event: &Event) -> Option<&str> {
    match event {
        Event::Refunded { charge, extent: Extent::Full } => Some(&charge.sale_id),
        _ => None,
    }
}

/// As it was told first.
fn existed(told: &[Told]) -> Option<&Existing> {
    let existed = told.iter().filter_map(|told| match &told.event {
        Event::Existed(existing) => Some((told.delivery, existing.as_ref())),
        _ => None,
    });
    existed.min_by_key(|(delivery, _)| *delivery).map(|(_, existing)| existing)
}

/// A dispute of any charge counts, also of one that was never told of itself.
fn disputed_since(told: &[Told]) -> Option<Timestamp> {
    let mut unresolved = first_heard(told, |event| match event {
        Event::Disputed(charge) => Some(&charge.sale_id),
        _ => None,
    });
    for this in told {
        if let Event::DisputeWon(charge) = &this.event {
            unresolved.remove(charge.sale_id.as_str());
        }
    }
    unresolved.into_values().max()
}

/// The charges that something became of, with the time of its first telling.
fn first_heard<'a>(
    told: &'a [Told],
    of_charge: impl Fn(&'a Event) -> Option<&'a str>,
) -> BTreeMap<&'a str, Timestamp> {
    let mut heard: BTreeMap<&str, Timestamp> = BTreeMap::new();
    for this in told {
        if let Some(sale_id) = of_charge(&this.event) {
            let first = heard.entry(sale_id).or_insert(this.received_at);
            *first = this.received_at.min(*first);
        }
    }
    heard
}

/// By their times; of two in one second the larger one comes last and counts.
fn changes(told: &[Told]) -> Vec<Change<'_>> {
    let mut changes: Vec<Change<'_>> = Vec::new();
    for this in told {
        if let Event::PlanChanged(change) = &this.event {
            changes.push(Change { at: own_time(told, this, change.effective_at), told: change });
        }
    }
    changes.sort_by_key(|change| {
        (change.at, change.told.quantity, &change.told.plan, change.told.recurrence.map(rank))
    });
    changes.dedup_by(|one, other| one.at == other.at && says_the_same(one.told, other.told));
    changes
}

fn says_the_same(one: &PlanChange, other: &PlanChange) -> bool {
    (one.quantity, one.recurrence, &one.plan) == (other.quantity, other.recurrence, &other.plan)
}

/// By length, so that there is an order.
fn rank(recurrence: Recurrence) -> u8 {
    match recurrence {
        Recurrence::Monthly => 1,
        Recurrence::Quarterly => 3,
        Recurrence::Biannually => 6,
        Recurrence::Yearly => 12,
        Recurrence::EveryTwoYears => 24,
    }
}

/// When a fact happened: as it says itself, else when it was first heard, whichever of its tellings this is.
fn own_time(told: &[Told], this: &Told, stated: Option<Timestamp>) -> Timestamp {
    let first_heard = || {
        let same = told.iter().filter(|other| other.event == this.event);
        same.map(|other| other.received_at).min().unwrap_or(this.received_at)
    };
    whole_seconds(stated.unwrap_or_else(first_heard))
}
