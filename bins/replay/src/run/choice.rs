//! Which rows are replayed, from what was typed to their ids.

use super::preview::Preview;
use crate::pages;
use mintmark_fulfillment::{AuditFilter, AuditRow, Error, Fulfillment};
use std::collections::BTreeSet;

/// What was typed.
#[derive(Debug, Clone)]
pub(crate) enum Wanted {
    /// These rows.
    Rows(BTreeSet<i64>),
    /// What is left to do among the rows that a filter names; the newest of it, if there is a limit.
    Filtered { filter: Box<AuditFilter>, limit: usize },
}

/// The rows, oldest first, with what is the matter with them.
#[derive(Debug)]
pub(crate) struct Choice {
    pub(crate) ids: Vec<i64>,
    pub(crate) preview: Preview,
}

impl Wanted {
    /// Keeps the ids alone: a replay of a long log must not hold all of it.
    pub(crate) fn choose(&self, fulfillment: &Fulfillment) -> Result<Choice, Error> {
        match self {
            Self::Rows(ids) => named(ids, fulfillment),
            Self::Filtered { filter, limit } => {
                let rows = pages::rows(fulfillment.records(), filter.as_ref().clone());
                let left = rows.filter(|row| row.as_ref().map_or(true, is_left));
                let mut choice = Choice { ids: Vec::new(), preview: Preview::default() };
                for row in left.take(*limit) {
                    let row = row?;
                    choice.ids.push(row.id);
                    choice.preview.count(&row, fulfillment);
                }
                choice.ids.reverse();
                Ok(choice)
            }
        }
    }
}

/// Rows that do not exist are chosen as well: they are told of one by one.
fn named(ids: &BTreeSet<i64>, fulfillment: &Fulfillment) -> Result<Choice, Error> {
    let ids: Vec<i64> = ids.iter().copied().collect();
    let mut preview = Preview::default();
    for row in fulfillment.records().rows_of(&ids)?.iter().filter(|row| is_left(row)) {
        preview.count(row, fulfillment);
    }
    Ok(Choice { ids, preview })
}

fn is_left(row: &AuditRow) -> bool {
    !row.processed || row.error.is_some()
}
