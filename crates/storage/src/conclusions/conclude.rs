//! Writing down how an attempt ended: as the latest conclusion of its delivery, and in the list of attempts.

use super::{Conclusion, Subject};
use crate::chain::Tail;
use crate::connection::columns::{maybe_texts, numbers, rounds, texts, truths};
use crate::connection::statement::{Statement, Text};
use crate::schema::attempts;
use crate::writer::{Hot, Lane, Lanes};
use crate::{Outcome, Result, time};
use diesel::pg::Pg;
use diesel::query_builder::QueryFragment;
use diesel::sql_types::{BigInt, Bool, Nullable, Text as Words};
use diesel::{ExpressionMethods, IntoSql, PgConnection, QueryResult, RunQueryDsl, SqliteConnection};

/// The end of an attempt that led to no license.
impl Hot for Conclusion {
    type Written = ();
    type Answer = ();

    fn size(&self) -> usize {
        size_of::<Self>()
    }

    fn write(&self, connection: &mut SqliteConnection, _: &mut Tail) -> Result<()> {
        Ok(write(connection, self, None)?)
    }

    fn write_all(batch: &[&Self], connection: &mut PgConnection, _: &mut Tail) -> Result<Vec<()>> {
        for ends in rounds(batch, |end| end.delivery_id) {
            let own = (
                truths(&ends, |end| end.processed),
                maybe_texts(&ends, |end| end.outcome.map(Outcome::as_str)),
                maybe_texts(&ends, |end| end.error.as_deref()),
                maybe_texts(&ends, |end| end.reason.as_deref()),
                maybe_texts(&ends, |end| end.subject.product_id.as_deref()),
                maybe_texts(&ends, |end| end.subject.email.as_deref()),
            );
            Statement::<ConcludeAll, _>::new((columns(&ends), own)).execute(connection)?;
        }
        Ok(vec![(); batch.len()])
    }

    fn answer(self, (): ()) {}

    fn lane(lanes: &Lanes) -> &Lane<Self> {
        &lanes.conclude
    }
}

/// The seven columns that every end of an attempt has: `delivery_id, attempt, at, kind, mode, order_id, sale_id`.
pub(crate) fn columns<'a>(ends: &[&'a Conclusion]) -> impl QueryFragment<Pg> + 'a {
    (
        numbers(ends, |end| end.delivery_id),
        numbers(ends, |end| end.attempt),
        numbers(ends, |end| time::to_column(end.at)),
        texts(ends, |end| &end.subject.kind),
        texts(ends, |end| &end.subject.mode),
        maybe_texts(ends, |end| end.subject.order_id.as_deref()),
        maybe_texts(ends, |end| end.subject.own_sale()),
    )
}

struct ConcludeAll;

impl Text for ConcludeAll {
    const BEFORE: &'static str = "WITH ended AS MATERIALIZED (SELECT * FROM unnest(";
    const AFTER: &'static str = ") AS ended (delivery_id, attempt, at, kind, mode, order_id, sale_id, \
            processed, outcome, error, reason, product_id, email)), \
        attempted AS (INSERT INTO attempts (delivery_id, number, at, outcome, error, reason) \
            SELECT delivery_id, attempt, at, outcome, error, reason FROM ended) \
        UPDATE conclusions SET kind = ended.kind, mode = ended.mode, order_id = ended.order_id, \
            sale_id = ended.sale_id, processed = ended.processed, outcome = ended.outcome, \
            error = ended.error, reason = ended.reason, product_id = ended.product_id, email = ended.email, \
            license_number = NULL, concluded_at = ended.at, verify_at = NULL \
        FROM ended WHERE conclusions.delivery_id = ended.delivery_id \
            AND (ended.processed OR NOT conclusions.processed OR conclusions.attempts <= ended.attempt)";
    type Answer = ();
}

/// One end on SQLite, inside the transaction of whatever it is about.
pub(crate) fn write(
    connection: &mut SqliteConnection,
    conclusion: &Conclusion,
    license: Option<i64>,
) -> QueryResult<()> {
    update(connection, conclusion, license)?;
    diesel::insert_into(attempts::table)
        .values((
            attempts::delivery_id.eq(conclusion.delivery_id),
            attempts::number.eq(conclusion.attempt),
            attempts::at.eq(time::to_column(conclusion.at)),
            attempts::outcome.eq(conclusion.outcome.map(Outcome::as_str)),
            attempts::error.eq(&conclusion.error),
            attempts::reason.eq(&conclusion.reason),
        ))
        .execute(connection)?;
    Ok(())
}

fn update<'a>(
    connection: &mut SqliteConnection,
    conclusion: &'a Conclusion,
    license: Option<i64>,
) -> QueryResult<usize> {
    let Subject { kind, mode, order_id, product_id, email, .. } = &conclusion.subject;
    let unless_licensed = |text: &'a Option<String>| text.as_deref().filter(|_| license.is_none());
    // What is done is done whatever came later.
    let latest = if conclusion.processed { i64::MAX } else { conclusion.attempt };
    Statement::<ConcludeOne, _>::new((
        conclusion.delivery_id.into_sql::<BigInt>(),
        latest.into_sql::<BigInt>(),
        kind.as_str().into_sql::<Words>(),
        mode.as_str().into_sql::<Words>(),
        order_id.as_deref().into_sql::<Nullable<Words>>(),
        conclusion.subject.own_sale().into_sql::<Nullable<Words>>(),
        conclusion.processed.into_sql::<Bool>(),
        conclusion.outcome.map(Outcome::as_str).into_sql::<Nullable<Words>>(),
        conclusion.error.as_deref().into_sql::<Nullable<Words>>(),
        conclusion.reason.as_deref().into_sql::<Nullable<Words>>(),
        unless_licensed(product_id).into_sql::<Nullable<Words>>(),
        unless_licensed(email).into_sql::<Nullable<Words>>(),
        license.into_sql::<Nullable<BigInt>>(),
        time::to_column(conclusion.at).into_sql::<BigInt>(),
    ))
    .execute(connection)
}

/// The row is there; an upsert takes its values in one list. An attempt that comes late with nothing done does not
/// undo what a later one has done. A delivery that has minted its license finds it when it is replayed, and has minted
/// it all the same.
struct ConcludeOne;

impl Text for ConcludeOne {
    const BEFORE: &'static str = "INSERT INTO conclusions (delivery_id, attempts, kind, mode, order_id, sale_id, \
        processed, outcome, error, reason, product_id, email, license_number, concluded_at) VALUES (";
    const AFTER: &'static str = ") ON CONFLICT (delivery_id) DO UPDATE SET kind = excluded.kind, \
        mode = excluded.mode, order_id = excluded.order_id, sale_id = excluded.sale_id, \
        processed = excluded.processed, \
        outcome = CASE WHEN excluded.outcome = 'found' AND outcome = 'minted' THEN 'minted' \
            ELSE excluded.outcome END, \
        error = excluded.error, reason = excluded.reason, product_id = excluded.product_id, \
        email = excluded.email, license_number = excluded.license_number, \
        concluded_at = excluded.concluded_at, verify_at = NULL \
        WHERE NOT processed OR attempts <= excluded.attempts";
    type Answer = ();
}
