//! The end of a chain, as a writing connection has it in hand.

use super::seals::{self, Digest, Notary};
use super::{NOTHING, ROSTER};
use crate::connection::AnyConnection;
use crate::connection::statement::{Fixed, Statement, Text};
use crate::schema::chains;
use crate::{Error, Result};
use diesel::sql_types::{BigInt, Bool};
use diesel::{
    ExpressionMethods, IntoSql, OptionalExtension, PgConnection, QueryDsl, QueryResult, RunQueryDsl,
    SqliteConnection,
};
use std::sync::Arc;

/// Nothing until something is appended: most transactions record no delivery.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tail(Option<End>);

#[derive(Debug, Clone)]
struct End {
    number: i64,
    length: i64,
    link: Digest,
    /// What `chains` holds.
    stored: (i64, Digest),
    notary: Arc<dyn Notary>,
}

/// What was appended to a chain at once.
#[derive(Debug)]
pub(crate) struct Stretch {
    pub(crate) chain: i64,
    /// The end before, as `chains` has to hold it.
    pub(crate) before: (i64, Digest),
    /// The place and link of each delivery, in their order.
    pub(crate) links: Vec<(i64, Digest)>,
    /// The end afterwards: its length, its link and its seal.
    pub(crate) after: (i64, Digest, Digest),
}

impl Tail {
    /// Appends one delivery on SQLite, where the end is read at the first of a transaction and written by
    /// [`Tail::store`]. Answers with its chain, place and link.
    pub(crate) fn append(
        &mut self,
        connection: &mut SqliteConnection,
        notary: &Arc<dyn Notary>,
        content_hash: &Digest,
    ) -> Result<(i64, i64, Digest)> {
        let end = match &mut self.0 {
            Some(end) => end,
            none => none.insert(newest(connection, notary)?),
        };
        let (place, link) = end.append(content_hash);
        Ok((end.number, place, link))
    }

    /// Writes the end down, before the transaction is committed.
    pub(crate) fn store(&mut self, connection: &mut AnyConnection) -> Result<()> {
        struct Store;
        let (Some(end), AnyConnection::Sqlite(connection)) = (&mut self.0, connection) else { return Ok(()) };
        if end.length == end.stored.0 {
            return Ok(());
        }
        let seal = end.seal();
        let row = diesel::update(chains::table.find(end.number)).set((
            chains::length.eq(end.length),
            chains::link.eq(end.link.as_slice()),
            chains::seal.eq(seal.as_slice()),
        ));
        Fixed::<Store, _>::new(row).execute(connection)?;
        end.stored = (end.length, seal);
        Ok(())
    }

    /// Appends many deliveries on PostgreSQL. The statement that records them has to find the end as it was before, and
    /// to write the one afterwards; if it fails, the connection and this go together.
    pub(crate) fn extend(
        &mut self,
        connection: &mut PgConnection,
        notary: &Arc<dyn Notary>,
        content_hashes: impl Iterator<Item = Digest>,
    ) -> Result<Stretch> {
        let end = match &mut self.0 {
            Some(end) => end,
            none => none.insert(claim(connection, notary)?),
        };
        let before = end.stored;
        let links = content_hashes.map(|content_hash| end.append(&content_hash)).collect();
        end.stored = (end.length, end.seal());
        Ok(Stretch { chain: end.number, before, links, after: (end.length, end.link, end.stored.1) })
    }
}

impl End {
    /// What a row of `chains` says, if its seal is right.
    fn read((number, length, link, seal): Row, notary: &Arc<dyn Notary>) -> Option<Self> {
        let (link, seal) = (Digest::try_from(link).ok()?, Digest::try_from(seal).ok()?);
        let is_right = seals::end(notary.as_ref(), number, length, &link) == seal;
        is_right.then(|| Self { number, length, link, stored: (length, seal), notary: Arc::clone(notary) })
    }

    fn new(number: i64, length: i64, notary: &Arc<dyn Notary>) -> Self {
        let seal = seals::end(notary.as_ref(), number, length, &NOTHING);
        Self { number, length, link: NOTHING, stored: (length, seal), notary: Arc::clone(notary) }
    }

    fn append(&mut self, content_hash: &Digest) -> (i64, Digest) {
        self.length += 1;
        self.link = seals::link(self.notary.as_ref(), self.number, self.length, &self.link, content_hash);
        (self.length, self.link)
    }

    fn row(&self) -> Columns<'_> {
        Columns { number: self.number, length: self.length, link: &self.link, seal: &self.stored.1 }
    }

    fn seal(&self) -> Digest {
        seals::end(self.notary.as_ref(), self.number, self.length, &self.link)
    }
}

type Row = (i64, i64, Vec<u8>, Vec<u8>);

/// The columns of an end.
#[derive(diesel::Insertable, diesel::AsChangeset)]
#[diesel(table_name = chains, primary_key(number))]
struct Columns<'a> {
    number: i64,
    length: i64,
    link: &'a [u8],
    seal: &'a [u8],
}

/// The newest chain; a new one if somebody has changed the end of that. To go on with such an end, and to seal it, would
/// make it look right.
fn newest(connection: &mut SqliteConnection, notary: &Arc<dyn Notary>) -> Result<End> {
    struct Newest;
    let newest = chains::table
        .filter(chains::number.gt(ROSTER))
        .order(chains::number.desc())
        .select(chains::all_columns)
        .limit(1);
    let row: Option<Row> = Fixed::<Newest, _>::new(newest).get_result(connection).optional()?;
    match row.and_then(|row| End::read(row, notary)) {
        Some(end) => Ok(end),
        None => {
            let roster = chains::table.find(ROSTER).first(connection).optional()?;
            let (chain, roster) = found(roster, notary)?;
            diesel::insert_into(chains::table).values(chain.row()).execute(connection)?;
            diesel::update(chains::table.find(ROSTER)).set(roster.row()).execute(connection)?;
            Ok(chain)
        }
    }
}

/// A chain that no other session has, for as long as this one lives; a new one if there is none. What another had until
/// now is read after it is taken over: the other may have gone on to the last.
fn claim(connection: &mut PgConnection, notary: &Arc<dyn Notary>) -> Result<End> {
    let numbers: Vec<i64> = chains::table
        .filter(chains::number.gt(ROSTER))
        .order(chains::number)
        .select(chains::number)
        .load(connection)?;
    for number in numbers {
        if take(connection, number)? {
            let row: Row = chains::table.find(number).first(connection)?;
            if let Some(end) = End::read(row, notary) {
                return Ok(end);
            }
        }
    }
    let roster = chains::table.find(ROSTER).for_update().first(connection).optional()?;
    let (chain, roster) = found(roster, notary)?;
    diesel::insert_into(chains::table).values(chain.row()).execute(connection)?;
    diesel::update(chains::table.find(ROSTER)).set(roster.row()).execute(connection)?;
    take(connection, chain.number)?;
    Ok(chain)
}

/// Another chain, and the roster that knows of it.
fn found(roster: Option<Row>, notary: &Arc<dyn Notary>) -> Result<(End, End)> {
    let roster = roster.ok_or(Error::Chains("its row 0 is missing"))?;
    let roster = End::read(roster, notary).ok_or(Error::Chains("its row 0 was changed"))?;
    let count = roster.length + 1;
    Ok((End::new(count, 0, notary), End::new(ROSTER, count, notary)))
}

/// Takes a chain for this session. Sessions of installations in other schemas have chains of their own.
fn take(connection: &mut PgConnection, chain: i64) -> QueryResult<bool> {
    Statement::<Take, _>::new(chain.into_sql::<BigInt>()).get_result(connection)
}

struct Take;

impl Text for Take {
    const BEFORE: &'static str =
        "SELECT pg_try_advisory_lock(1296649807, hashtext(current_schema()::text || ";
    const AFTER: &'static str = "::bigint))";
    type Answer = Bool;
}
