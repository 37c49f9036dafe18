//! What the operator decided about the licenses of an order.

use super::Told;
use jiff::Timestamp;
use mintmark_adapters::Event;
use mintmark_adapters::manual::{Decision, Ruling};
use std::collections::BTreeSet;

/// Which licenses of an order are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// All of them, those to come included.
    Order,
    /// The one of this item.
    Item(u32),
}

/// What the decisions about certain licenses come to, in whatever order they were told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decided {
    pub(super) course: Course,
    /// How often a blob was asked for.
    pub(super) reissues: usize,
    /// How often another key was asked for.
    pub(super) rotations: usize,
}

/// Who has the word about the standing of a license.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Course {
    /// The store.
    Open,
    /// The store, in what was heard of it since: by then the operator wanted it to run.
    Reinstated(Timestamp),
    /// The operator, for the time being.
    Suspended,
    /// The operator.
    Revoked,
}

/// Every decision that was told, once.
pub(super) fn of(told: &[Told]) -> Vec<&Decision> {
    told.iter().filter_map(|told| decision(&told.event)).collect()
}

/// Whether the person behind the order is to be forgotten.
pub(crate) fn is_erased(told: &[Told]) -> bool {
    of(told).iter().any(|decision| decision.decision == Ruling::Erase)
}

impl Decided {
    /// Of decisions about the standing the latest counts; of two at the very same time, the stricter.
    pub(super) fn of(decisions: &[&Decision], scope: Scope) -> Self {
        let is_meant = |decision: &&&Decision| match scope {
            Scope::Order => decision.item.is_none(),
            Scope::Item(item) => decision.is_about(item),
        };
        let meant: BTreeSet<(Timestamp, Ruling)> =
            decisions.iter().filter(is_meant).map(|decision| (decision.at, decision.decision)).collect();
        let count = |ruling: Ruling| meant.iter().filter(|(_, one)| *one == ruling).count();
        let course = meant.iter().rev().find_map(|(at, ruling)| course(*at, *ruling));
        Self {
            course: course.unwrap_or(Course::Open),
            reissues: count(Ruling::Reissue),
            rotations: count(Ruling::RotateKey),
        }
    }
}

fn decision(event: &Event) -> Option<&Decision> {
    match event {
        Event::Decided(decision) => Some(decision),
        _ => None,
    }
}

fn course(at: Timestamp, ruling: Ruling) -> Option<Course> {
    match ruling {
        Ruling::Reinstate => Some(Course::Reinstated(at)),
        Ruling::Suspend => Some(Course::Suspended),
        Ruling::Revoke => Some(Course::Revoked),
        Ruling::Reissue | Ruling::RotateKey | Ruling::Erase => None,
    }
}
