//! Putting deliveries on record.

use super::{Delivery, NewDelivery};
use crate::connection::columns::{bytes, maybe_numbers, maybe_texts, numbers, texts};
use crate::connection::statement::{Statement, Text};
use crate::schema::{conclusions, deliveries};
use crate::writer::{Hot, Lane, Lanes};
use crate::{Result, time};
use diesel::sql_types::BigInt;
use diesel::{ExpressionMethods, PgConnection, RunQueryDsl, SqliteConnection};

/// Memory that a delivery takes beside its texts.
const OVERHEAD: usize = 512;

/// A delivery that goes on record, with the row that counts its first attempt.
impl Hot for NewDelivery {
    type Written = i64;
    type Answer = Delivery;

    fn size(&self) -> usize {
        self.body.len() + self.headers.len() + OVERHEAD
    }

    fn write(&self, connection: &mut SqliteConnection) -> Result<i64> {
        let id: i64 = diesel::insert_into(deliveries::table)
            .values((
                deliveries::source.eq(&self.source),
                deliveries::origin.eq(self.origin.as_str()),
                deliveries::received_at.eq(time::to_column(self.received_at)),
                deliveries::remote_address.eq(&self.remote_address),
                deliveries::secret_label.eq(&self.secret_label),
                deliveries::content_type.eq(&self.content_type),
                deliveries::headers.eq(&self.headers),
                deliveries::body.eq(&self.body),
                deliveries::declared_size.eq(self.declared_size),
            ))
            .returning(deliveries::id)
            .get_result(connection)?;
        diesel::insert_into(conclusions::table)
            .values((
                conclusions::delivery_id.eq(id),
                conclusions::attempts.eq(1),
                conclusions::kind.eq("unknown"),
                conclusions::mode.eq("live"),
                conclusions::processed.eq(false),
            ))
            .execute(connection)?;
        Ok(id)
    }

    fn write_all(batch: &[&Self], connection: &mut PgConnection) -> Result<Vec<i64>> {
        Ok(Statement::<RecordAll, _>::new((
            texts(batch, |new| &new.source),
            texts(batch, |new| new.origin.as_str()),
            numbers(batch, |new| time::to_column(new.received_at)),
            maybe_texts(batch, |new| new.remote_address.as_deref()),
            maybe_texts(batch, |new| new.secret_label.as_deref()),
            maybe_texts(batch, |new| new.content_type.as_deref()),
            texts(batch, |new| &new.headers),
            bytes(batch, |new| &new.body),
            maybe_numbers(batch, |new| new.declared_size),
        ))
        .load(connection)?)
    }

    fn answer(self, id: i64) -> Delivery {
        Delivery { id, attempt: 1, recorded: self, reading: None }
    }

    fn lane(lanes: &Lanes) -> &Lane<Self> {
        &lanes.record
    }
}

/// The numbers are drawn first and in the order of the rows, so that each caller is told its own.
struct RecordAll;

impl Text for RecordAll {
    const BEFORE: &'static str = "WITH new AS MATERIALIZED ( \
        SELECT nextval(pg_get_serial_sequence('deliveries', 'id')) AS id, arrived.* FROM unnest(";
    const AFTER: &'static str = ") WITH ORDINALITY AS arrived (source, origin, received_at, remote_address, \
        secret_label, content_type, headers, body, declared_size, place) ORDER BY place), \
        recorded AS (INSERT INTO deliveries (id, source, origin, received_at, remote_address, secret_label, \
            content_type, headers, body, declared_size) OVERRIDING SYSTEM VALUE \
            SELECT id, source, origin, received_at, remote_address, secret_label, content_type, headers, body, \
            declared_size FROM new), \
        concluded AS (INSERT INTO conclusions (delivery_id, attempts, kind, mode, processed) \
            SELECT id, 1, 'unknown', 'live', false FROM new) \
        SELECT id FROM new ORDER BY place";
    type Answer = BigInt;
}
