//! Deliveries: what a store told us, on record before anything reads it.

mod record;
mod retry;
mod row;
mod sales;

pub(crate) use record::Record;
pub(crate) use retry::Retry;
pub(crate) use row::{COLUMNS, Row};

pub use sales::Sales;

use crate::schema::{conclusions, deliveries};
use crate::{Origin, Pending, Result, Store, time};
use diesel::dsl::not;
use diesel::{
    ExpressionMethods, JoinOnDsl, NullableExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl,
};
use jiff::Timestamp;

/// A delivery that is about to go on record.
#[derive(Debug, Clone)]
pub struct NewDelivery {
    /// The source's name, as in the URL and in `config/products.yaml`.
    pub source: String,
    /// How it came.
    pub origin: Origin,
    /// When it came.
    pub received_at: Timestamp,
    /// Who sent it, as far as the network tells.
    pub remote_address: Option<String>,
    /// Which of the active secrets it proved itself with.
    pub secret_label: Option<String>,
    /// The content type it declared.
    pub content_type: Option<String>,
    /// A JSON array of `[name, value]` pairs in the order of arrival, without credentials.
    pub headers: String,
    /// The body, byte for byte; only its beginning if `declared_size` is set.
    pub body: Vec<u8>,
    /// The size in bytes of a body that was too large to keep, as far as it is known.
    pub declared_size: Option<i64>,
}

/// A delivery on record, in hand for one attempt at fulfilling it. Only [`Store`] makes one.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Delivery {
    /// Its number in the audit log.
    pub id: i64,
    /// Attempts counted so far, the one in hand included.
    pub attempt: i64,
    /// What came, as it was written down.
    pub recorded: NewDelivery,
    /// The store's own record of it, if it was read back before this attempt.
    pub reading: Option<String>,
}

/// A delivery that nothing has been concluded of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unfinished {
    /// Its number.
    pub id: i64,
    /// The attempts that were begun; none of them came to an end.
    pub attempts: i64,
}

/// Of one delivery and of many the same columns of the same tables.
macro_rules! loaded {
    () => {
        $crate::schema::deliveries::table
            .inner_join($crate::schema::conclusions::table)
            .left_join(
                $crate::schema::readings::table
                    .on($crate::schema::readings::delivery_id.eq($crate::schema::deliveries::id)),
            )
            .select((
                $crate::deliveries::row::COLUMNS,
                $crate::schema::conclusions::attempts,
                $crate::schema::readings::record.nullable(),
            ))
    };
}
use loaded;

type Loaded = (Row, i64, Option<String>);

fn into_delivery((row, attempt, reading): Loaded) -> Result<Delivery> {
    Ok(Delivery { reading, ..row.into_delivery(attempt)? })
}

/// The one delivery with this number, on a connection of whatever type.
macro_rules! load {
    ($connection:expr, $id:expr) => {{
        let found: Option<$crate::deliveries::Loaded> = $crate::deliveries::loaded!()
            .filter($crate::schema::deliveries::id.eq($id))
            .get_result($connection)
            .optional()?;
        found.map($crate::deliveries::into_delivery).transpose()
    }};
}
use load;

impl Store {
    /// Writes a delivery down. Once the answer is `Ok` it is on disk; its first attempt is already counted.
    ///
    /// It is sealed into the audit log, so this needs a store that was given a notary ([`Store::seal_with`]).
    pub fn record(&self, new: NewDelivery) -> Pending<Delivery> {
        match self.notary().and_then(|notary| Record::new(new, notary)) {
            Ok(record) => self.write_hot(record),
            Err(error) => Pending::refused(error),
        }
    }

    /// The delivery with this number, to look at.
    pub fn delivery(&self, id: i64) -> Result<Option<Delivery>> {
        self.read(|connection| load!(connection, id))
    }

    /// The deliveries with these numbers, to look at, oldest first.
    pub fn deliveries(&self, ids: &[i64]) -> Result<Vec<Delivery>> {
        let rows: Vec<Loaded> = self.read(|connection| {
            Ok(loaded!().filter(deliveries::id.eq_any(ids)).order(deliveries::id).load(connection)?)
        })?;
        rows.into_iter().map(into_delivery).collect()
    }

    /// When the newest delivery came, at `since` or later, that proved itself with this one of a source's secrets.
    pub fn newest_with_secret(
        &self,
        source: &str,
        secret_label: &str,
        since: Timestamp,
    ) -> Result<Option<Timestamp>> {
        let newest: Option<i64> = self.read(|connection| {
            Ok(deliveries::table
                .filter(deliveries::received_at.ge(time::to_column(since)))
                .filter(deliveries::source.eq(source))
                .filter(deliveries::secret_label.eq(secret_label))
                .select(diesel::dsl::max(deliveries::received_at))
                .first(connection)?)
        })?;
        time::from_optional_column(newest)
    }

    /// Takes back the count of an attempt that the database itself cut off: it says nothing of the delivery.
    pub fn forgive(&self, delivery: &Delivery) -> Pending<()> {
        let (id, attempt) = (delivery.id, delivery.attempt);
        self.write(move |connection| {
            diesel::update(conclusions::table.find(id).filter(conclusions::attempts.eq(attempt)))
                .set(conclusions::attempts.eq(attempt - 1))
                .execute(connection)?;
            Ok(())
        })
    }

    /// The deliveries that were recorded before `before` and never concluded, oldest first.
    pub fn unfinished(&self, before: Timestamp) -> Result<Vec<Unfinished>> {
        let rows: Vec<(i64, i64)> = self.read(|connection| {
            Ok(conclusions::table
                .inner_join(deliveries::table)
                .filter(not(conclusions::processed))
                .filter(conclusions::concluded_at.is_null())
                .filter(deliveries::received_at.lt(time::to_column(before)))
                .order(conclusions::delivery_id)
                .select((conclusions::delivery_id, conclusions::attempts))
                .load(connection)?)
        })?;
        Ok(rows.into_iter().map(|(id, attempts)| Unfinished { id, attempts }).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Access;
    use diesel::connection::SimpleConnection;

    crate::on_both_databases! {
        fn a_delivery_on_record_can_be_neither_changed_nor_deleted(database: TestDatabase) {
            let store = Store::open(&database.url, Access::FirstRun).expect("the store opens");
            crate::testing::begin_log(&store);
            let new = NewDelivery {
                source: "gumroad".to_owned(),
                origin: Origin::Ping,
                received_at: Timestamp::UNIX_EPOCH,
                remote_address: None,
                secret_label: None,
                content_type: None,
                headers: "[]".to_owned(),
                body: b"as it came".to_vec(),
                declared_size: None,
            };
            let id = store.record(new).wait().expect("on record").id;
            for statement in ["UPDATE deliveries SET source = 'other'", "DELETE FROM deliveries"] {
                let refused = store.write(move |connection| Ok(connection.batch_execute(statement)?)).wait();
                assert!(refused.is_err(), "{statement}");
            }
            let kept = store.delivery(id).expect("an answer").expect("the delivery");
            assert_eq!((kept.recorded.source.as_str(), kept.recorded.body.as_slice()), ("gumroad", b"as it came".as_slice()));
        }
    }
}
