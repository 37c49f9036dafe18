//! Verifying the audit log: every row of every chain, in bounded memory, beside whoever records.

use super::flaws::Flaw;
use super::page::page;
use super::seals::Digest;
use super::walk::Walk;
use crate::connection::AnyConnection;
use crate::schema::chains;
use crate::{Result, Store};
use diesel::{QueryDsl, RunQueryDsl};

/// Where a chain ended when it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainEnd {
    /// The chain's number.
    pub chain: i64,
    /// How many deliveries were recorded in it.
    pub length: i64,
    /// The link of the last one.
    pub link: Digest,
}

/// What the audit log looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    /// The chains, as they were at the beginning.
    pub ends: Vec<ChainEnd>,
    /// The rows that were looked at.
    pub rows: u64,
    /// The rows that were pruned.
    pub pruned: u64,
    /// Of the rows, those that were recorded meanwhile: they are for the next time.
    pub arrived: u64,
    /// The first flaw of each chain that has one. A chain of number 0 is the table of the chains itself.
    pub flaws: Vec<(i64, Flaw)>,
}

impl Store {
    /// Walks all chains. What is recorded meanwhile is no flaw. `noted` are ends that were told at an earlier time:
    /// without them nobody sees that a whole database was brought back to what it was once.
    ///
    /// `progress` is told how many rows were looked at, and how many were recorded when it began.
    pub fn inspect_log(&self, noted: &[ChainEnd], mut progress: impl FnMut(u64, u64)) -> Result<Inspection> {
        let notary = self.notary()?;
        let mut walk = Walk::begin(self, notary.as_ref(), noted, self.read(ends)?);
        let recorded: i64 = walk.chains.values().map(|chain| chain.recorded.length).sum();
        let recorded = u64::try_from(recorded).unwrap_or_default();
        let mut last = i64::MIN;
        loop {
            let page = self.read(|connection| page(connection, last))?;
            let Some(newest) = page.last() else { break };
            last = newest.id;
            for row in &page {
                walk.look(row)?;
            }
            progress(walk.rows, recorded);
        }
        walk.end(self.read(ends)?)
    }
}

/// Number, length, link and seal of each chain.
pub(super) type Ends = Vec<(i64, i64, Vec<u8>, Vec<u8>)>;

fn ends(connection: &mut AnyConnection) -> Result<Ends> {
    Ok(chains::table.select(chains::all_columns).order(chains::number).load(connection)?)
}
