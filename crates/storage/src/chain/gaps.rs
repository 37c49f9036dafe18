//! What was pruned of a chain: its places, and the link behind which the chain goes on.

use super::seals::{self, Digest, Notary};
use crate::connection::{AnyConnection, transaction};
use crate::schema::{attempts, chains, conclusions, deliveries, gaps, license_events, readings};
use crate::{Ledger, OrderName, Pending, Result, Store, time};
use diesel::{
    ExpressionMethods, JoinOnDsl, NullableExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl,
};
use jiff::Timestamp;

/// Places of a chain, one behind the other, whose deliveries were pruned.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gap {
    chain: i64,
    first: i64,
    pub(super) last: i64,
    /// The link of the last of them.
    pub(super) link: Digest,
    pruned_at: i64,
}

impl Store {
    /// The orders of deliveries that came before a time and have led to nothing new, from a number on, with the numbers
    /// of those deliveries. Whether they can be pruned depends on what else was told of the orders.
    pub fn to_prune(&self, before: Timestamp, after: i64, limit: i64) -> Result<Vec<(i64, OrderName)>> {
        type Candidate = (i64, String, String, Option<String>);
        let rows: Vec<Candidate> = self.read(|connection| {
            Ok(conclusions::table
                .inner_join(deliveries::table)
                .filter(conclusions::delivery_id.gt(after))
                .filter(conclusions::processed)
                .filter(conclusions::error.is_null())
                .filter(conclusions::verify_at.is_null())
                .filter(conclusions::order_id.is_not_null())
                .filter(conclusions::outcome.eq_any(["ignored", "found"]))
                .filter(deliveries::received_at.lt(time::to_column(before)))
                .order(conclusions::delivery_id)
                .select((
                    conclusions::delivery_id,
                    deliveries::source,
                    conclusions::mode,
                    conclusions::order_id,
                ))
                .limit(limit)
                .load(connection)?)
        })?;
        let name = |(id, source, mode, order_id): Candidate| {
            (id, OrderName { source, mode, order_id: order_id.unwrap_or_default() })
        };
        Ok(rows.into_iter().map(name).collect())
    }

    /// Removes the deliveries that `choose` names, alone with everything told of their orders, with all that was made of
    /// them. Their places in the chains are sealed. The newest delivery of each chain stays, and so does what the
    /// history of a license names. Answers how many were removed.
    pub fn prune<F>(&self, now: Timestamp, choose: F) -> Pending<usize>
    where
        F: FnOnce(&mut Ledger<'_>) -> Result<Vec<i64>> + Send + 'static,
    {
        let notary = match self.notary() {
            Ok(notary) => notary,
            Err(error) => return Pending::refused(error),
        };
        self.write(move |connection| {
            transaction::keep_issues_out(connection)?;
            let chosen = choose(&mut Ledger::new(connection, now))?;
            remove(connection, notary.as_ref(), &chosen, time::to_column(now))
        })
    }
}

/// The gap that a place is in, if its seal is right.
pub(super) fn at(
    connection: &mut AnyConnection,
    notary: &dyn Notary,
    chain: i64,
    place: i64,
) -> Result<Option<Gap>> {
    let row: Option<Row> = gaps::table
        .filter(gaps::chain.eq(chain))
        .filter(gaps::first_place.le(place))
        .filter(gaps::last_place.ge(place))
        .order(gaps::first_place.desc())
        .first(connection)
        .optional()?;
    Ok(row.and_then(|row| Gap::read(row, notary)))
}

/// Whether there is a delivery of this number.
pub(super) fn holds(connection: &mut AnyConnection, id: i64) -> Result<bool> {
    let found: Option<i64> =
        deliveries::table.find(id).select(deliveries::id).first(connection).optional()?;
    Ok(found.is_some())
}

type Row = (i64, i64, i64, Vec<u8>, i64, Vec<u8>);

impl Gap {
    fn read((chain, first, last, link, pruned_at, seal): Row, notary: &dyn Notary) -> Option<Self> {
        let gap = Self { chain, first, last, link: Digest::try_from(link).ok()?, pruned_at };
        (gap.seal(notary) == seal.as_slice()).then_some(gap)
    }

    fn seal(&self, notary: &dyn Notary) -> Digest {
        seals::gap(notary, self.chain, (self.first, self.last), &self.link, self.pruned_at)
    }

    /// Both as one, if this ends where the other begins.
    fn joined(self, next: &Self) -> Self {
        Self { first: self.first, ..*next }
    }
}

fn remove(connection: &mut AnyConnection, notary: &dyn Notary, chosen: &[i64], now: i64) -> Result<usize> {
    let licenses = conclusions::table
        .filter(conclusions::delivery_id.eq_any(chosen))
        .filter(conclusions::license_number.is_not_null())
        .select(conclusions::license_number.assume_not_null());
    let named: Vec<i64> = license_events::table
        .filter(license_events::license_number.eq_any(licenses))
        .filter(license_events::delivery_id.is_not_null())
        .select(license_events::delivery_id.assume_not_null())
        .load(connection)?;
    let rows: Vec<(i64, i64, i64, Vec<u8>)> = deliveries::table
        .inner_join(chains::table.on(chains::number.eq(deliveries::chain)))
        .filter(deliveries::id.eq_any(chosen))
        .filter(deliveries::place.lt(chains::length))
        .filter(deliveries::id.ne_all(named))
        .order(deliveries::id)
        .select((deliveries::id, deliveries::chain, deliveries::place, deliveries::link))
        .load(connection)?;
    for (id, chain, place, link) in &rows {
        diesel::delete(attempts::table.filter(attempts::delivery_id.eq(id))).execute(connection)?;
        diesel::delete(readings::table.find(id)).execute(connection)?;
        diesel::delete(conclusions::table.find(id)).execute(connection)?;
        diesel::delete(deliveries::table.find(id)).execute(connection)?;
        let link = Digest::try_from(link.as_slice())
            .map_err(|_| crate::Error::Corrupt(format!("the link of delivery {id}")))?;
        let gap = Gap { chain: *chain, first: *place, last: *place, link, pruned_at: now };
        note(connection, notary, gap)?;
    }
    Ok(rows.len())
}

/// Writes a gap down, as one with those beside it.
fn note(connection: &mut AnyConnection, notary: &dyn Notary, mut gap: Gap) -> Result<()> {
    if let Some(before) = at(connection, notary, gap.chain, gap.first - 1)? {
        take(connection, &before)?;
        gap = before.joined(&gap);
    }
    if let Some(after) = at(connection, notary, gap.chain, gap.last + 1)? {
        take(connection, &after)?;
        gap = Gap { pruned_at: gap.pruned_at, ..gap.joined(&after) };
    }
    diesel::insert_into(gaps::table)
        .values((
            gaps::chain.eq(gap.chain),
            gaps::first_place.eq(gap.first),
            gaps::last_place.eq(gap.last),
            gaps::link.eq(gap.link.as_slice()),
            gaps::pruned_at.eq(gap.pruned_at),
            gaps::seal.eq(gap.seal(notary).as_slice()),
        ))
        .execute(connection)?;
    Ok(())
}

fn take(connection: &mut AnyConnection, gap: &Gap) -> Result<()> {
    diesel::delete(gaps::table.find((gap.chain, gap.first))).execute(connection)?;
    Ok(())
}
