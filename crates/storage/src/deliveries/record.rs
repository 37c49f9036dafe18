//! Putting deliveries on record, each sealed into the audit log.

use super::{Delivery, NewDelivery};
use crate::chain::{Content, Digest, Notary, Salt, Stretch, Tail, content_hash};
use crate::connection::columns::{bytes, maybe_numbers, maybe_texts, numbers, texts};
use crate::connection::statement::{Statement, Text};
use crate::schema::{conclusions, deliveries};
use crate::writer::{Hot, Lane, Lanes};
use crate::{Error, Result, time};
use diesel::dsl::AsExprOf;
use diesel::sql_types::{Array, BigInt, Binary};
use diesel::{ExpressionMethods, IntoSql, PgConnection, RunQueryDsl, SqliteConnection};
use std::sync::Arc;

/// Memory that a delivery takes beside its texts.
const OVERHEAD: usize = 576;

/// A delivery that goes on record, with the row that counts its first attempt.
#[derive(Debug)]
pub(crate) struct Record {
    new: NewDelivery,
    salt: Salt,
    content_hash: Digest,
    notary: Arc<dyn Notary>,
}

impl Record {
    /// Hashes the delivery here, in its caller's thread: the writer has enough to do.
    pub(crate) fn new(new: NewDelivery, notary: Arc<dyn Notary>) -> Result<Self> {
        let salt = notary.salt().ok_or(Error::Unsealed("the system has no randomness to give"))?;
        let content_hash = content_hash(notary.as_ref(), &salt, &Content::of(&new));
        Ok(Self { new, salt, content_hash, notary })
    }
}

impl Hot for Record {
    type Written = i64;
    type Answer = Delivery;

    fn size(&self) -> usize {
        self.new.body.len() + self.new.headers.len() + OVERHEAD
    }

    fn write(&self, connection: &mut SqliteConnection, tail: &mut Tail) -> Result<i64> {
        let Self { new, salt, content_hash, notary } = self;
        let (chain, place, link) = tail.append(connection, notary, content_hash)?;
        let id: i64 = diesel::insert_into(deliveries::table)
            .values((
                deliveries::source.eq(&new.source),
                deliveries::origin.eq(new.origin.as_str()),
                deliveries::received_at.eq(time::to_column(new.received_at)),
                deliveries::remote_address.eq(&new.remote_address),
                deliveries::secret_label.eq(&new.secret_label),
                deliveries::content_type.eq(&new.content_type),
                deliveries::headers.eq(&new.headers),
                deliveries::body.eq(&new.body),
                deliveries::declared_size.eq(new.declared_size),
                deliveries::salt.eq(salt.as_slice()),
                deliveries::content_hash.eq(content_hash.as_slice()),
                deliveries::chain.eq(chain),
                deliveries::place.eq(place),
                deliveries::link.eq(link.as_slice()),
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

    fn write_all(batch: &[&Self], connection: &mut PgConnection, tail: &mut Tail) -> Result<Vec<i64>> {
        let Some(first) = batch.first() else { return Ok(Vec::new()) };
        let content_hashes = batch.iter().map(|record| record.content_hash);
        let stretch = tail.extend(connection, &first.notary, content_hashes)?;
        let told = (
            texts(batch, |record| &record.new.source),
            texts(batch, |record| record.new.origin.as_str()),
            numbers(batch, |record| time::to_column(record.new.received_at)),
            maybe_texts(batch, |record| record.new.remote_address.as_deref()),
            maybe_texts(batch, |record| record.new.secret_label.as_deref()),
            maybe_texts(batch, |record| record.new.content_type.as_deref()),
            texts(batch, |record| &record.new.headers),
            bytes(batch, |record| &record.new.body),
            maybe_numbers(batch, |record| record.new.declared_size),
        );
        let links: Vec<&(i64, Digest)> = stretch.links.iter().collect();
        let sealed = (
            bytes(batch, |record| &record.salt),
            bytes(batch, |record| &record.content_hash),
            numbers(&links, |(place, _)| *place),
            bytes(&links, |(_, link)| link),
        );
        let ids: Vec<i64> =
            Statement::<RecordAll, _>::new((told, sealed, ends(&stretch))).load(connection)?;
        // Then somebody else has changed the end of the chain, and nothing was written.
        if ids.len() == batch.len() { Ok(ids) } else { Err(Error::Chains("the end of a chain was changed")) }
    }

    fn answer(self, id: i64) -> Delivery {
        Delivery { id, attempt: 1, recorded: self.new, reading: None }
    }

    fn lane(lanes: &Lanes) -> &Lane<Self> {
        &lanes.record
    }
}

type Numbers = AsExprOf<Vec<i64>, Array<BigInt>>;
type Digests<'a> = AsExprOf<Vec<&'a [u8]>, Array<Binary>>;

/// The chain's number, length and seal before, and its length, link and seal afterwards; in columns of one row.
fn ends(stretch: &Stretch) -> (Numbers, Numbers, Digests<'_>, Numbers, Digests<'_>, Digests<'_>) {
    let number = |number: i64| vec![number].into_sql::<Array<BigInt>>();
    let digest = |digest| -> Digests<'_> {
        let digest: &Digest = digest;
        vec![digest.as_slice()].into_sql::<Array<Binary>>()
    };
    let Stretch { chain, before, after, .. } = stretch;
    (number(*chain), number(before.0), digest(&before.1), number(after.0), digest(&after.1), digest(&after.2))
}

/// The numbers are drawn first and in the order of the rows, so that each caller is told its own. Without the end of the
/// chain as it is remembered there are no new rows.
struct RecordAll;

impl Text for RecordAll {
    const BEFORE: &'static str = "WITH arrived AS MATERIALIZED (SELECT * FROM unnest(";
    const AFTER: &'static str = ") WITH ORDINALITY AS arrived (source, origin, received_at, remote_address, \
        secret_label, content_type, headers, body, declared_size, salt, content_hash, place, link, \
        chain, length_before, seal_before, length_after, link_after, seal_after, turn)), \
        held AS (UPDATE chains SET length = length_after, link = link_after, seal = seal_after FROM arrived \
            WHERE turn = 1 AND number = arrived.chain AND length = length_before AND seal = seal_before \
            RETURNING number), \
        new AS MATERIALIZED (SELECT nextval(pg_get_serial_sequence('deliveries', 'id')) AS id, held.number, \
            arrived.* FROM arrived, held ORDER BY turn), \
        recorded AS (INSERT INTO deliveries (id, source, origin, received_at, remote_address, secret_label, \
            content_type, headers, body, declared_size, salt, content_hash, chain, place, link) \
            OVERRIDING SYSTEM VALUE \
            SELECT id, source, origin, received_at, remote_address, secret_label, content_type, headers, body, \
            declared_size, salt, content_hash, number, place, link FROM new), \
        concluded AS (INSERT INTO conclusions (delivery_id, attempts, kind, mode, processed) \
            SELECT id, 1, 'unknown', 'live', false FROM new) \
        SELECT id FROM new ORDER BY turn";
    type Answer = BigInt;
}
