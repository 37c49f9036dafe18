//! Verifying the audit log: every row of every chain, in bounded memory, beside whoever records.

use super::flaws::{Flaw, Part};
use super::gaps::{self, Gap};
use super::seals::{self, Content, Digest, Notary};
use super::{NOTHING, ROSTER};
use crate::connection::AnyConnection;
use crate::schema::{chains, conclusions, deliveries};
use crate::{Result, Store};
use diesel::{ExpressionMethods, JoinOnDsl, NullableExpressionMethods, QueryDsl, RunQueryDsl};
use std::collections::BTreeMap;

/// Rows that are read at once: with the largest bodies, 16 MiB.
const PAGE: i64 = 64;

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

/// The table of the chains, and how far each has been walked.
struct Walk<'a> {
    store: &'a Store,
    notary: &'a dyn Notary,
    noted: &'a [ChainEnd],
    chains: BTreeMap<i64, Chain>,
    flaws: BTreeMap<i64, Flaw>,
    /// Rows behind the ends of their chains: the last place of each chain, with the row's number.
    beyond: BTreeMap<i64, (i64, i64)>,
    rows: u64,
    pruned: i64,
    arrived: u64,
}

/// One chain, up to where it was walked.
struct Chain {
    recorded: ChainEnd,
    walked: i64,
    link: Digest,
    last_row: Option<i64>,
    /// The place at which a row was missed, as long as it may still turn up further on.
    missed: Option<i64>,
}

#[derive(diesel::Queryable)]
struct Told {
    source: String,
    origin: String,
    received_at: i64,
    remote_address: Option<String>,
    secret_label: Option<String>,
    content_type: Option<String>,
    headers: String,
    body: Vec<u8>,
    declared_size: Option<i64>,
}

#[derive(diesel::Queryable)]
struct Row {
    id: i64,
    told: Told,
    salt: Vec<u8>,
    content_hash: Vec<u8>,
    chain: i64,
    place: i64,
    link: Vec<u8>,
    erased: Option<Vec<u8>>,
    conclusion: Option<i64>,
}

type Ends = Vec<(i64, i64, Vec<u8>, Vec<u8>)>;

fn ends(connection: &mut AnyConnection) -> Result<Ends> {
    Ok(chains::table.select(chains::all_columns).order(chains::number).load(connection)?)
}

fn page(connection: &mut AnyConnection, after: i64) -> Result<Vec<Row>> {
    use deliveries as of;
    let told = (
        of::source,
        of::origin,
        of::received_at,
        of::remote_address,
        of::secret_label,
        of::content_type,
        of::headers,
        of::body,
        of::declared_size,
    );
    let rows = of::table
        .left_join(conclusions::table.on(conclusions::delivery_id.eq(of::id)))
        .filter(of::id.gt(after))
        .order(of::id)
        .limit(PAGE)
        .select((
            of::id,
            told,
            of::salt,
            of::content_hash,
            of::chain,
            of::place,
            of::link,
            of::erased,
            conclusions::delivery_id.nullable(),
        ));
    Ok(rows.load(connection)?)
}

impl<'a> Walk<'a> {
    fn begin(store: &'a Store, notary: &'a dyn Notary, noted: &'a [ChainEnd], ends: Ends) -> Self {
        let mut walk = Self {
            store,
            notary,
            noted,
            chains: BTreeMap::new(),
            flaws: BTreeMap::new(),
            beyond: BTreeMap::new(),
            rows: 0,
            pruned: 0,
            arrived: 0,
        };
        let mut roster = None;
        for end in ends {
            let number = end.0;
            match walk.read(end) {
                None => drop(walk.flaws.insert(number, Flaw::EndAltered)),
                Some(end) if number == ROSTER => roster = Some(end.length),
                Some(end) => drop(walk.chains.insert(number, Chain::new(end))),
            }
        }
        if roster.is_none() {
            walk.flaws.entry(ROSTER).or_insert(Flaw::EndMissing);
        }
        for number in 1..=roster.unwrap_or_default() {
            if !walk.chains.contains_key(&number) {
                walk.flaws.entry(number).or_insert(Flaw::EndMissing);
            }
        }
        walk
    }

    /// A row of the table of the chains, if its seal is right.
    fn read(&self, (chain, length, link, seal): (i64, i64, Vec<u8>, Vec<u8>)) -> Option<ChainEnd> {
        let is_right = seals::end(self.notary, chain, length, &link) == seal.as_slice();
        let link = Digest::try_from(link).ok()?;
        is_right.then_some(ChainEnd { chain, length, link })
    }

    fn look(&mut self, row: &Row) -> Result<()> {
        self.rows += 1;
        let Some(chain) =
            self.chains.get_mut(&row.chain).filter(|chain| chain.has_recorded(self.notary, row))
        else {
            self.arrived += 1;
            self.beyond.insert(row.chain, (row.place, row.id));
            return Ok(());
        };
        if !self.flaws.contains_key(&row.chain) {
            while chain.walked + 1 < row.place
                && let Some(gap) = gap_at(self.store, self.notary, row.chain, chain.walked + 1)?
            {
                self.pruned += chain.skip(&gap);
            }
            // It was pruned after it was read; or else somebody put it where pruned rows were.
            if row.place <= chain.walked && !self.store.read(|connection| gaps::holds(connection, row.id))? {
                return Ok(());
            }
        }
        let flaw = match self.flaws.get(&row.chain) {
            None => chain.take(self.notary, row, self.noted),
            // What was missed is not gone but has another number.
            Some(Flaw::Missing { .. }) if chain.missed == Some(row.place) => {
                Some(Flaw::Added { row: row.id })
            }
            Some(_) => None,
        };
        if let Some(flaw) = flaw {
            self.flaws.insert(row.chain, flaw);
        }
        Ok(())
    }

    fn end(mut self, ends_now: Ends) -> Result<Inspection> {
        let now: BTreeMap<i64, i64> = ends_now
            .into_iter()
            .filter_map(|end| self.read(end))
            .map(|end| (end.chain, end.length))
            .collect();
        for (chain, (place, row)) in std::mem::take(&mut self.beyond) {
            if now.get(&chain).is_none_or(|length| *length < place) {
                self.flaws.entry(chain).or_insert(Flaw::Added { row });
            }
        }
        for (number, chain) in &mut self.chains {
            while chain.walked < chain.recorded.length
                && let Some(gap) = gap_at(self.store, self.notary, *number, chain.walked + 1)?
            {
                self.pruned += chain.skip(&gap);
            }
            if let Some(flaw) = chain.flaw_at_the_end(self.noted) {
                self.flaws.entry(*number).or_insert(flaw);
            }
        }
        for noted in self.noted {
            if !self.chains.contains_key(&noted.chain) {
                let flaw = Flaw::Rewound { noted: noted.length, length: 0 };
                self.flaws.entry(noted.chain).or_insert(flaw);
            }
        }
        Ok(Inspection {
            ends: self.chains.into_values().map(|chain| chain.recorded).collect(),
            rows: self.rows,
            pruned: u64::try_from(self.pruned).unwrap_or_default(),
            arrived: self.arrived,
            flaws: self.flaws.into_iter().collect(),
        })
    }
}

impl Chain {
    fn new(recorded: ChainEnd) -> Self {
        Self { recorded, walked: 0, link: NOTHING, last_row: None, missed: None }
    }

    /// Goes on behind deliveries that were pruned; answers how many.
    fn skip(&mut self, gap: &Gap) -> i64 {
        let skipped = gap.last - self.walked;
        self.walked = gap.last;
        self.link = gap.link;
        skipped
    }

    /// Whether a row is to be looked at, or was recorded since the walk began. One that has only been given a place
    /// behind the end is not let go.
    fn has_recorded(&self, notary: &dyn Notary, row: &Row) -> bool {
        let next = self.walked + 1;
        let is_next = || {
            let link = seals::link(notary, row.chain, next, &self.link, &row.content_hash);
            next <= self.recorded.length && link == row.link.as_slice()
        };
        row.place <= self.recorded.length || is_next()
    }

    /// Goes one row further, or says why not.
    fn take(&mut self, notary: &dyn Notary, row: &Row, noted: &[ChainEnd]) -> Option<Flaw> {
        let next = self.walked + 1;
        let altered = |part| Some(Flaw::Altered { row: row.id, part });
        let expected = |hash: &[u8]| seals::link(notary, row.chain, next, &self.link, hash);
        let is_linked = expected(&row.content_hash) == row.link.as_slice();
        if row.place != next {
            return match row.place {
                _ if is_linked => altered(Part::Place),
                place if place < next => Some(Flaw::Added { row: row.id }),
                place => {
                    self.missed = Some(next);
                    Some(Flaw::Missing { after: self.last_row, before: row.id, count: place - next })
                }
            };
        }
        let content_hash = match &row.erased {
            // What it said is gone; that it is gone, and what is left, is sealed.
            Some(_) if row.is_erased(notary) => row.content_hash.clone(),
            Some(_) | None => seals::content_hash(notary, &row.salt, &row.content()).to_vec(),
        };
        match (content_hash == row.content_hash, is_linked) {
            (true, true) => {}
            (false, true) => return altered(Part::Content),
            (false, false) if expected(&content_hash) == row.link.as_slice() => return altered(Part::Hash),
            (_, false) => return altered(Part::Link),
        }
        if row.conclusion.is_none() {
            return Some(Flaw::Parted { row: row.id });
        }
        self.walked = next;
        self.link = expected(&row.content_hash);
        self.last_row = Some(row.id);
        self.compare(noted)
    }

    fn compare(&self, noted: &[ChainEnd]) -> Option<Flaw> {
        let here = noted.iter().find(|end| end.chain == self.recorded.chain && end.length == self.walked)?;
        let flaw = Flaw::Rewound { noted: here.length, length: self.recorded.length };
        (here.link != self.link).then_some(flaw)
    }

    fn flaw_at_the_end(&self, noted: &[ChainEnd]) -> Option<Flaw> {
        let ChainEnd { chain, length, link } = self.recorded;
        if self.walked < length {
            return Some(Flaw::CutOff { recorded: length, left: self.walked });
        }
        if self.link != link {
            return Some(Flaw::EndAltered);
        }
        let further = noted.iter().find(|end| end.chain == chain && end.length > length)?;
        Some(Flaw::Rewound { noted: further.length, length })
    }
}

/// The gap that a place is in, if its seal is right.
fn gap_at(store: &Store, notary: &dyn Notary, chain: i64, place: i64) -> Result<Option<Gap>> {
    store.read(|connection| gaps::at(connection, notary, chain, place))
}

impl Row {
    fn is_erased(&self, notary: &dyn Notary) -> bool {
        let seal = seals::erasure(notary, self.chain, self.place, &self.content_hash, &self.content());
        self.salt.is_empty() && self.erased.as_deref() == Some(seal.as_slice())
    }

    fn content(&self) -> Content<'_> {
        let told = &self.told;
        Content {
            source: &told.source,
            origin: &told.origin,
            received_at: told.received_at,
            remote_address: told.remote_address.as_deref(),
            secret_label: told.secret_label.as_deref(),
            content_type: told.content_type.as_deref(),
            headers: &told.headers,
            body: &told.body,
            declared_size: told.declared_size,
        }
    }
}
