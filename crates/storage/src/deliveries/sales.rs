//! Sales as they were told, page by page.

use super::Delivery;
use super::row::{COLUMNS, Row};
use crate::schema::{conclusions, deliveries};
use crate::{Result, Store, time};
use diesel::dsl::not;
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use jiff::Timestamp;

/// Which sales.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sales {
    /// All of them.
    All,
    /// Those with something left to do.
    Unprocessed,
}

impl Store {
    /// The sales that came at `since` or later and have smaller numbers than `before`, newest first; at most `limit`.
    pub fn sales(
        &self,
        which: Sales,
        since: Timestamp,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<Delivery>> {
        let before = before.unwrap_or(i64::MAX);
        let mut query = deliveries::table
            .inner_join(conclusions::table)
            .filter(conclusions::kind.eq("sale"))
            .filter(deliveries::received_at.ge(time::to_column(since)))
            // Said of both tables: PostgreSQL does not conclude the one from the other.
            .filter(deliveries::id.lt(before))
            .filter(conclusions::delivery_id.lt(before))
            .order(deliveries::id.desc())
            .limit(limit)
            .select((COLUMNS, conclusions::attempts))
            .into_boxed();
        if which == Sales::Unprocessed {
            query = query.filter(not(conclusions::processed));
        }
        let rows: Vec<(Row, i64)> = self.read(|connection| Ok(query.load(connection)?))?;
        rows.into_iter().map(|(row, attempts)| row.into_delivery(attempts)).collect()
    }
}
