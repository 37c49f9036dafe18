//! One more attempt at deliveries on record, counted before it begins.

use super::{Delivery, Loaded, into_delivery, load, loaded};
use crate::chain::Tail;
use crate::connection::columns::{numbers, rounds};
use crate::connection::statement::{Statement, Text};
use crate::schema::deliveries;
use crate::writer::{Hot, Lane, Lanes};
use crate::{Pending, Result, Store};
use diesel::sql_types::BigInt;
use diesel::{
    ExpressionMethods, IntoSql, JoinOnDsl, NullableExpressionMethods, OptionalExtension, PgConnection,
    QueryDsl, RunQueryDsl, SqliteConnection,
};
use std::collections::BTreeMap;

impl Store {
    /// The delivery with this number, in hand for one more attempt, which is counted before it begins.
    pub fn retry(&self, id: i64) -> Pending<Option<Delivery>> {
        self.write_hot(Retry(id))
    }
}

/// The number of a delivery.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Retry(i64);

impl Hot for Retry {
    type Written = Option<Delivery>;
    type Answer = Option<Delivery>;

    fn size(&self) -> usize {
        size_of::<Self>()
    }

    fn write(&self, connection: &mut SqliteConnection, _: &mut Tail) -> Result<Option<Delivery>> {
        Statement::<CountOne, _>::new(self.0.into_sql::<BigInt>()).execute(connection)?;
        load!(connection, self.0)
    }

    fn write_all(
        batch: &[&Self],
        connection: &mut PgConnection,
        _: &mut Tail,
    ) -> Result<Vec<Option<Delivery>>> {
        let mut retried: Vec<Option<Delivery>> = vec![None; batch.len()];
        let numbered: Vec<(usize, &Self)> = batch.iter().copied().enumerate().collect();
        // Twice the same delivery is two attempts.
        for round in rounds(&numbered, |(_, retry)| retry.0) {
            let retries: Vec<&Self> = round.iter().map(|(_, retry)| *retry).collect();
            Statement::<CountAll, _>::new(numbers(&retries, |retry| retry.0)).execute(connection)?;
            let mut found = load_all(connection, &retries)?;
            for (place, retry) in round {
                retried[place] = found.remove(&retry.0);
            }
        }
        Ok(retried)
    }

    fn answer(self, delivery: Option<Delivery>) -> Option<Delivery> {
        delivery
    }

    fn lane(lanes: &Lanes) -> &Lane<Self> {
        &lanes.retry
    }
}

fn load_all(connection: &mut PgConnection, retries: &[&Retry]) -> Result<BTreeMap<i64, Delivery>> {
    let ids: Vec<i64> = retries.iter().map(|retry| retry.0).collect();
    let rows: Vec<Loaded> = loaded!().filter(deliveries::id.eq_any(ids)).load(connection)?;
    rows.into_iter().map(|row| into_delivery(row).map(|delivery| (delivery.id, delivery))).collect()
}

struct CountOne;

impl Text for CountOne {
    const BEFORE: &'static str = "UPDATE conclusions SET attempts = attempts + 1 WHERE delivery_id = ";
    const AFTER: &'static str = "";
    type Answer = ();
}

/// In the order of their numbers, so that two servers do not wait for each other in a circle.
struct CountAll;

impl Text for CountAll {
    const BEFORE: &'static str = "WITH mine AS MATERIALIZED (SELECT delivery_id FROM conclusions \
        WHERE delivery_id = ANY(";
    const AFTER: &'static str = ") ORDER BY delivery_id FOR UPDATE) \
        UPDATE conclusions SET attempts = attempts + 1 FROM mine \
        WHERE conclusions.delivery_id = mine.delivery_id";
    type Answer = ();
}
