//! What a run has found and done.

use super::sales::News;
use jiff::civil::Date;
use mintmark_adapters::{Days, UnreadDays};
use mintmark_storage::AuditRow;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// What a store says, what we had, and what was made of the difference. With `--json` it is printed as it is here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The source's name.
    pub source: &'static str,
    /// The first day that was read.
    pub since: Date,
    /// The last day that was read.
    pub until: Date,
    /// Sales that the store has.
    pub listed: usize,
    /// Those of them that we had been told of.
    pub known: usize,
    /// Those that no delivery had told of, and that are on record now.
    pub missed: usize,
    /// What had been told and has changed since, and is on record now.
    pub changed: usize,
    /// Subscriptions that were asked for.
    pub subscriptions: usize,
    /// What those records led to, by the outcome on their rows, such as `minted`.
    pub outcomes: BTreeMap<&'static str, usize>,
    /// What could not be closed.
    pub open: Vec<Open>,
    /// Days that could not be read.
    pub unread: Vec<Unread>,
}

/// A sale or a subscription that is not as the store has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Open {
    /// Its id at the store.
    pub id: String,
    /// Why.
    pub reason: String,
}

/// Days that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unread {
    /// The first of them.
    pub since: Date,
    /// The last of them.
    pub until: Date,
    /// Why.
    pub reason: String,
}

impl Report {
    /// Whether nothing is left between the store and us.
    pub fn is_closed(&self) -> bool {
        self.open.is_empty() && self.unread.is_empty()
    }
}

/// A report in the making.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) listed: usize,
    pub(super) known: usize,
    pub(super) asked_for: usize,
    /// Subscriptions with a charge among the sales.
    pub(super) subscriptions: BTreeSet<String>,
    /// Receivers' ends of gifts that have found their giver.
    pub(super) gifts: HashSet<String>,
    missed: usize,
    changed: usize,
    outcomes: BTreeMap<&'static str, usize>,
    open: Vec<Open>,
    unread: Vec<Unread>,
}

impl Tally {
    pub(super) fn open(&mut self, id: String, reason: String) {
        self.open.push(Open { id, reason });
    }

    pub(super) fn unread(&mut self, unread: UnreadDays) {
        let UnreadDays { days, why } = unread;
        self.unread.push(Unread { since: days.first, until: days.last, reason: why.to_string() });
    }

    /// A record that is on record now, with its row.
    pub(super) fn written(&mut self, news: News, name: &str, row: Option<&AuditRow>) {
        match news {
            News::Missed => self.missed += 1,
            News::Changed => self.changed += 1,
        }
        if let Some(outcome) = row.and_then(|row| row.outcome) {
            *self.outcomes.entry(outcome.as_str()).or_default() += 1;
        }
        if !row.is_some_and(|row| row.processed) {
            let reason = row.and_then(|row| row.reason.clone());
            self.open(name.to_owned(), reason.unwrap_or_else(|| "not fulfilled yet".to_owned()));
        }
    }

    pub(super) fn report(self, source: &'static str, days: Days) -> Report {
        let Self { listed, known, asked_for, missed, changed, outcomes, open, unread, .. } = self;
        let (since, until) = (days.first, days.last);
        Report {
            source,
            since,
            until,
            listed,
            known,
            missed,
            changed,
            subscriptions: asked_for,
            outcomes,
            open,
            unread,
        }
    }
}
