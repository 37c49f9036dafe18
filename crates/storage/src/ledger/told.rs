//! What was told of an order.

use super::{Ledger, OrderName};
use crate::conclusions::{DISMISSED, outcome_from_column};
use crate::deliveries::{COLUMNS, Row};
use crate::schema::{conclusions, deliveries, readings};
use crate::{Delivery, Outcome, Result};
use diesel::{ExpressionMethods, JoinOnDsl, NullableExpressionMethods, QueryDsl, RunQueryDsl};

/// A delivery that was concluded, with what the store itself says of it.
#[derive(Debug, Clone)]
pub struct OnRecord {
    /// The delivery.
    pub delivery: Delivery,
    /// The order that it tells of.
    pub order: OrderName,
    /// The store's own record, if it was read back.
    pub reading: Option<String>,
    /// Whether the store is still to be asked if it is true.
    pub is_unverified: bool,
    /// Whether it is not to be believed.
    pub is_held: bool,
    /// Whether nothing is left to do, and nothing failed.
    pub is_settled: bool,
    /// What it led to.
    pub outcome: Option<Outcome>,
    /// Under what orders that belong to it find it.
    pub party: Option<String>,
    /// Whether a person has said that nothing follows from it.
    pub is_dismissed: bool,
}

/// Of either question the same columns of the same tables.
macro_rules! told {
    () => {
        conclusions::table
            .inner_join(deliveries::table)
            .left_join(readings::table.on(readings::delivery_id.eq(conclusions::delivery_id)))
            .order(conclusions::delivery_id)
            .select((
                COLUMNS,
                (conclusions::mode, conclusions::order_id, conclusions::attempts),
                readings::record.nullable(),
                (conclusions::verify_at, conclusions::outcome, conclusions::party),
                (conclusions::processed, conclusions::error.is_null(), conclusions::reason),
            ))
    };
}

type Columns = (Option<i64>, Option<String>, Option<String>);
type Ending = (bool, bool, Option<String>);
type Told = (Row, (String, Option<String>, i64), Option<String>, Columns, Ending);

impl Ledger<'_> {
    /// The deliveries that told of an order and were concluded, oldest first.
    pub fn told_of(&mut self, order: &OrderName) -> Result<Vec<OnRecord>> {
        let rows: Vec<Told> = told!()
            .filter(conclusions::order_id.eq(&order.order_id))
            .filter(conclusions::mode.eq(&order.mode))
            .filter(deliveries::source.eq(&order.source))
            .load(self.connection)?;
        rows.into_iter().map(on_record).collect()
    }

    /// The deliveries of any order that were concluded with this party, oldest first.
    pub fn told_with(&mut self, party: &str, source: &str, mode: &str) -> Result<Vec<OnRecord>> {
        let rows: Vec<Told> = told!()
            .filter(conclusions::party.eq(party))
            .filter(conclusions::mode.eq(mode))
            .filter(deliveries::source.eq(source))
            .load(self.connection)?;
        rows.into_iter().map(on_record).collect()
    }
}

fn on_record(told: Told) -> Result<OnRecord> {
    let (row, (mode, order_id, attempts), reading, (verify_at, outcome, party), ending) = told;
    let (processed, is_sound, reason) = ending;
    let delivery = row.into_delivery(attempts)?;
    let order =
        OrderName { source: delivery.recorded.source.clone(), mode, order_id: order_id.unwrap_or_default() };
    let outcome = outcome_from_column(outcome)?;
    Ok(OnRecord {
        delivery,
        order,
        reading,
        is_unverified: verify_at.is_some(),
        is_held: outcome == Some(Outcome::Held),
        is_settled: processed && is_sound,
        is_dismissed: reason.is_some_and(|reason| reason.starts_with(DISMISSED)),
        outcome,
        party,
    })
}
