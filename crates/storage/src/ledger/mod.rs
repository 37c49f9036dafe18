//! The ledger of an order: read, decided upon and written in one transaction, while nobody else writes of any order.

mod conclude;
mod erase;
mod letters;
mod licenses;
mod reported;
mod signed;
mod told;

pub use erase::{Person, Told};
pub use licenses::{Change, Held, Mint, Revision};
pub use told::OnRecord;

use crate::chain::Notary;
use crate::connection::{AnyConnection, transaction};
use crate::schema::licenses as license_table;
use crate::{Pending, Result, Store, time};
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use jiff::Timestamp;
use std::fmt;
use std::sync::Arc;

/// An order, by the names that its source and we have for it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderName {
    /// The source.
    pub source: String,
    /// `live` or `test`.
    pub mode: String,
    /// The order at its source.
    pub order_id: String,
}

/// What is on record of orders, in a transaction that is alone with them. Only [`Store::settle`] makes one.
pub struct Ledger<'a> {
    connection: &'a mut AnyConnection,
    now: Timestamp,
    notary: Option<Arc<dyn Notary>>,
}

impl Store {
    /// Decides upon orders. What `work` reads stays true until what it writes is written; an error takes all of it
    /// back.
    pub fn settle<T, F>(&self, now: Timestamp, work: F) -> Pending<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Ledger<'_>) -> Result<T> + Send + 'static,
    {
        let notary = self.notary().ok();
        self.write(move |connection| {
            transaction::keep_issues_out(connection)?;
            work(&mut Ledger { notary, ..Ledger::new(connection, now) })
        })
    }

    /// Reads of orders without keeping anybody from writing of them: what is decided from it has to be decided again
    /// before it is written. What `work` writes is refused.
    pub fn look<T>(&self, now: Timestamp, work: impl FnOnce(&mut Ledger<'_>) -> Result<T>) -> Result<T> {
        self.read(|connection| work(&mut Ledger::new(connection, now)))
    }

    /// The orders with a license whose state changes by itself by `now`, those that wait longest first.
    pub fn orders_to_review(&self, now: Timestamp, limit: i64) -> Result<Vec<OrderName>> {
        let rows: Vec<(String, String, String)> = self.read(|connection| {
            Ok(license_table::table
                .filter(license_table::review_at.le(time::to_column(now)))
                .order(license_table::review_at)
                .select((license_table::source, license_table::mode, license_table::source_order_id))
                .limit(limit)
                .load(connection)?)
        })?;
        let name = |(source, mode, order_id)| OrderName { source, mode, order_id };
        Ok(rows.into_iter().map(name).collect())
    }
}

impl<'a> Ledger<'a> {
    pub(crate) fn new(connection: &'a mut AnyConnection, now: Timestamp) -> Self {
        Self { connection, now, notary: None }
    }
}

impl fmt::Debug for Ledger<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Ledger").field("now", &self.now).finish_non_exhaustive()
    }
}
