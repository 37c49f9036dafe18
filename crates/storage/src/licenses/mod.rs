//! Licenses: one for each order and item, however often the order is told.

mod events;
mod filter;
mod issue;
mod row;

pub use events::LicenseEvent;
pub use filter::LicenseFilter;
pub use issue::{Issue, Issued};

pub(crate) use events::add_event;
pub(crate) use row::Row;

use crate::connection::AnyConnection;
use crate::schema::licenses;
use crate::{LicenseStatus, Origin, Result, Store};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use jiff::Timestamp;

/// A license that is about to be written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLicense {
    /// The license id, for life.
    pub id: String,
    /// The license key.
    pub key: String,
    /// The signed blob.
    pub blob: String,
    /// The product line.
    pub line: String,
    /// The store's id of the product.
    pub product_id: String,
    /// The product as letters call it.
    pub product_name: String,
    /// The tier, in lower case.
    pub tier: String,
    /// How many seats.
    pub seats: i64,
    /// The buyer's address.
    pub email: String,
    /// The buyer's name.
    pub name: String,
    /// The source of the order.
    pub source: String,
    /// How the order came.
    pub origin: Origin,
    /// `live` or `test`.
    pub mode: String,
    /// The order at its source.
    pub source_order_id: String,
    /// The item of the order; 0 for orders of one item.
    pub item: i64,
    /// When the order was made.
    pub issued_at: Timestamp,
    /// Until when it runs; `None` is for ever.
    pub expires_at: Option<Timestamp>,
    /// Up to which release date it runs new builds; `None` is all.
    pub updates_until: Option<Timestamp>,
    /// The re-issue counter of the blob.
    pub seq: i64,
}

/// A license on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct License {
    /// What it was made with.
    pub terms: NewLicense,
    /// What it is good for now.
    pub state: LicenseState,
    /// When it was written down.
    pub created_at: Timestamp,
}

/// What has become of a license since it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LicenseState {
    /// What it is good for now.
    pub status: LicenseStatus,
    /// Blobs with a smaller re-issue counter promise what no longer holds; 1 for none.
    pub void_below: i64,
    /// When its subscription will end; `None` while it renews.
    pub cancelled_at: Option<Timestamp>,
    /// What the store calls the plan, such as its tier.
    pub plan: Option<String>,
    /// When its state changes by itself.
    pub review_at: Option<Timestamp>,
}

impl LicenseState {
    /// Of a license that runs and of which nothing else is known.
    pub const NEW: Self = Self {
        status: LicenseStatus::Active,
        void_below: 1,
        cancelled_at: None,
        plan: None,
        review_at: None,
    };
}

impl Store {
    /// The license with this id.
    pub fn license(&self, id: &str) -> Result<Option<License>> {
        self.read(|connection| by_id(connection, id))
    }

    /// The license with this key.
    pub fn license_with_key(&self, key: &str) -> Result<Option<License>> {
        let row: Option<Row> = self.read(|connection| {
            Ok(licenses::table.filter(licenses::key.eq(key)).get_result(connection).optional()?)
        })?;
        row.map(Row::into_license).transpose()
    }
}

pub(crate) fn by_id(connection: &mut AnyConnection, id: &str) -> Result<Option<License>> {
    let row: Option<Row> = licenses::table.filter(licenses::id.eq(id)).get_result(connection).optional()?;
    row.map(Row::into_license).transpose()
}

/// The number of the license with this id.
pub(crate) fn number(connection: &mut AnyConnection, id: &str) -> Result<Option<i64>> {
    let number = licenses::table.filter(licenses::id.eq(id)).select(licenses::number);
    Ok(number.get_result(connection).optional()?)
}
