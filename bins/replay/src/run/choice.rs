//! Which rows are replayed, from what was typed to their ids.

use crate::pages;
use mintmark_fulfillment::{AuditFilter, AuditRow, Error, Records};
use std::collections::{BTreeMap, BTreeSet};

/// What was typed.
#[derive(Debug)]
pub(crate) enum Wanted {
    /// These rows.
    Rows(BTreeSet<i64>),
    /// What is left to do among the rows that a filter names; the newest of it, if there is a limit.
    Filtered { filter: Box<AuditFilter>, limit: usize },
}

/// The rows, oldest first, with what is the matter with them.
#[derive(Debug, Default)]
pub(crate) struct Choice {
    pub(crate) ids: BTreeSet<i64>,
    /// How many rows there are of each reason; not counted for rows that were named.
    pub(crate) reasons: BTreeMap<String, usize>,
}

impl Wanted {
    /// Reads the ids alone: a replay of a long log must not hold all of it.
    pub(crate) fn choose(self, records: &Records) -> Result<Choice, Error> {
        let (filter, limit) = match self {
            Self::Rows(ids) => return Ok(Choice { ids, reasons: BTreeMap::new() }),
            Self::Filtered { filter, limit } => (filter, limit),
        };
        let mut choice = Choice::default();
        let left = pages::rows(records, *filter).filter(|row| row.as_ref().map_or(true, is_left));
        for row in left.take(limit) {
            let row = row?;
            choice.ids.insert(row.id);
            *choice.reasons.entry(row.error.unwrap_or_else(|| "not finished".to_owned())).or_default() += 1;
        }
        Ok(choice)
    }
}

fn is_left(row: &AuditRow) -> bool {
    !row.processed || row.error.is_some()
}
