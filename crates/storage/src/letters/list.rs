//! The letters of all licenses, as their readers ask for them.

use super::Letter;
use super::row::Row;
use crate::schema::{letters, licenses};
use crate::{LetterState, Result, Store, time};
use diesel::dsl::sql;
use diesel::sql_types::{Bool, Text};
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use jiff::Timestamp;

/// Which letters to list, newest first. Every condition that is set must hold.
#[derive(Debug, Clone, Default)]
pub struct LetterFilter {
    /// Only letters in one of these states; empty is any.
    pub states: Vec<LetterState>,
    /// Only letters with an error that nobody has mended.
    pub failed: bool,
    /// Only letters to this address, in upper or lower case.
    pub recipient: Option<String>,
    /// Only letters about this order.
    pub order: Option<String>,
    /// Only what was written down at or after this time.
    pub since: Option<Timestamp>,
    /// Only letters with these numbers; empty is any.
    pub ids: Vec<i64>,
    /// At most this many.
    pub limit: Option<i64>,
}

/// A letter with the order that it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterRow {
    /// The letter.
    pub letter: Letter,
    /// Whether a newer letter took its place.
    pub replaced: bool,
    /// The source of the order.
    pub source: String,
    /// `live` or `test`.
    pub mode: String,
    /// The order at its source.
    pub order_id: String,
    /// The product, as the letter calls it.
    pub product_name: String,
}

impl Store {
    /// The letters that a filter names, newest first.
    pub fn letter_rows(&self, filter: &LetterFilter) -> Result<Vec<LetterRow>> {
        let mut query = letters::table
            .inner_join(licenses::table)
            .select((
                letters::all_columns,
                (licenses::id, licenses::source, licenses::mode),
                (licenses::source_order_id, licenses::product_name),
            ))
            .into_boxed();
        if !filter.states.is_empty() {
            query = query.filter(letters::state.eq_any(filter.states.iter().map(|state| state.as_str())));
        }
        if filter.failed {
            query = query.filter(letters::error.is_not_null()).filter(letters::replaced.eq(false));
        }
        if let Some(recipient) = &filter.recipient {
            let recipient = recipient.to_lowercase();
            query = query.filter(sql::<Bool>("lower(letters.recipient) = ").bind::<Text, _>(recipient));
        }
        if let Some(order) = filter.order.clone() {
            query = query.filter(licenses::source_order_id.eq(order));
        }
        if let Some(since) = filter.since {
            query = query.filter(letters::created_at.ge(time::to_column(since)));
        }
        if !filter.ids.is_empty() {
            query = query.filter(letters::id.eq_any(filter.ids.clone()));
        }
        if let Some(limit) = filter.limit {
            query = query.limit(limit);
        }
        let rows: Vec<Columns> =
            self.read(|connection| Ok(query.order(letters::id.desc()).load(connection)?))?;
        rows.into_iter().map(row).collect()
    }
}

type Columns = (Row, (String, String, String), (String, String));

fn row((letter, (license_id, source, mode), (order_id, product_name)): Columns) -> Result<LetterRow> {
    let replaced = letter.replaced;
    Ok(LetterRow { letter: letter.into_letter(license_id)?, replaced, source, mode, order_id, product_name })
}
