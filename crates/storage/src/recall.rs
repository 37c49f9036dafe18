//! What is on record of sales that a store's own records name.

use crate::conclusions::outcome_from_column;
use crate::deliveries::{COLUMNS, Row};
use crate::schema::{conclusions, deliveries, licenses, readings};
use crate::{Delivery, LicenseStatus, Outcome, Result, Store};
use diesel::{ExpressionMethods, JoinOnDsl, NullableExpressionMethods, QueryDsl, RunQueryDsl};
use std::collections::BTreeMap;

/// Real money; a trial of the seller's says nothing of a sale.
const LIVE: &str = "live";
/// Ids asked for at once; a statement of SQLite has room for 32,766.
const IDS_AT_ONCE: usize = 1000;

/// A delivery that was concluded.
#[derive(Debug, Clone)]
pub struct Recalled {
    /// The delivery.
    pub delivery: Delivery,
    /// The order it was concluded to be about.
    pub order_id: Option<String>,
    /// The charge it was concluded to be about.
    pub sale_id: Option<String>,
    /// Whether a person was erased out of it, so that it tells nothing any more.
    pub is_erased: bool,
    /// Whether nothing is left to do.
    pub processed: bool,
    /// What it led to.
    pub outcome: Option<Outcome>,
    /// Why, in words for a person.
    pub reason: Option<String>,
    /// The store's own record, if it was read back.
    pub reading: Option<String>,
    /// Whether the store is still to be asked if it is true.
    pub is_unverified: bool,
}

/// Of each question the same columns of the same tables.
macro_rules! recalled {
    ($source:expr) => {
        conclusions::table
            .inner_join(deliveries::table)
            .left_join(readings::table.on(readings::delivery_id.eq(conclusions::delivery_id)))
            .filter(deliveries::source.eq($source))
            .filter(conclusions::mode.eq(LIVE))
            .filter(conclusions::concluded_at.is_not_null())
            .select((
                COLUMNS,
                (conclusions::attempts, conclusions::order_id, conclusions::sale_id, conclusions::verify_at),
                deliveries::erased.is_not_null(),
                (conclusions::processed, conclusions::outcome, conclusions::reason),
                readings::record.nullable(),
            ))
    };
}

type Columns = (
    Row,
    (i64, Option<String>, Option<String>, Option<i64>),
    bool,
    (bool, Option<String>, Option<String>),
    Option<String>,
);

impl Store {
    /// The deliveries that told of these orders or charges, oldest first. Test purchases are not among them.
    pub fn recall(&self, source: &str, ids: &[String]) -> Result<Vec<Recalled>> {
        // A delivery may be of both kinds, and two questions are two walks over an index; an "or" would be none.
        let mut found = BTreeMap::new();
        for ids in ids.chunks(IDS_AT_ONCE) {
            let (orders, charges): (Vec<Columns>, Vec<Columns>) = self.read(|connection| {
                let orders = recalled!(source).filter(conclusions::order_id.eq_any(ids));
                let charges = recalled!(source).filter(conclusions::sale_id.eq_any(ids));
                Ok((orders.load(connection)?, charges.load(connection)?))
            })?;
            for columns in orders.into_iter().chain(charges) {
                let recalled = recalled(columns)?;
                found.insert(recalled.delivery.id, recalled);
            }
        }
        Ok(found.into_values().collect())
    }

    /// The deliveries that were concluded with this party, oldest first. Test purchases are not among them.
    pub fn recall_party(&self, source: &str, party: &str) -> Result<Vec<Recalled>> {
        let rows: Vec<Columns> = self.read(|connection| {
            let with_party = recalled!(source).filter(conclusions::party.eq(party));
            Ok(with_party.order(conclusions::delivery_id).load(connection)?)
        })?;
        rows.into_iter().map(recalled).collect()
    }

    /// The subscriptions of a source that have a license which is not taken back, in the order of their licenses.
    pub fn licensed_subscriptions(&self, source: &str) -> Result<Vec<String>> {
        self.read(|connection| {
            // Only a charge of a subscription has an id beside that of its order.
            let charged = conclusions::table
                .filter(conclusions::sale_id.is_not_null())
                .filter(conclusions::license_number.is_not_null())
                .select(conclusions::license_number);
            Ok(licenses::table
                .filter(licenses::source.eq(source))
                .filter(licenses::mode.eq(LIVE))
                .filter(licenses::status.ne(LicenseStatus::Revoked.as_str()))
                .filter(licenses::number.nullable().eq_any(charged))
                .filter(licenses::item.eq(0))
                .filter(licenses::email.ne(""))
                .order(licenses::number)
                .select(licenses::source_order_id)
                .load(connection)?)
        })
    }
}

fn recalled((row, subject, is_erased, ending, reading): Columns) -> Result<Recalled> {
    let ((attempt, order_id, sale_id, verify_at), (processed, outcome, reason)) = (subject, ending);
    Ok(Recalled {
        delivery: row.into_delivery(attempt)?,
        sale_id: sale_id.or_else(|| order_id.clone()),
        is_erased,
        order_id,
        processed,
        outcome: outcome_from_column(outcome)?,
        reason,
        reading,
        is_unverified: verify_at.is_some(),
    })
}
