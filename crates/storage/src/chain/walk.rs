//! The walk over the audit log: how far each chain is, and the first flaw of each.

use super::flaws::{Flaw, Part};
use super::gaps::{self, Gap};
use super::page::Row;
use super::seals::{self, Digest, Notary};
use super::verify::{ChainEnd, Ends, Inspection};
use super::{NOTHING, ROSTER};
use crate::{Result, Store};
use std::collections::BTreeMap;

/// The table of the chains, and how far each has been walked.
pub(super) struct Walk<'a> {
    store: &'a Store,
    notary: &'a dyn Notary,
    noted: &'a [ChainEnd],
    pub(super) chains: BTreeMap<i64, Chain>,
    flaws: BTreeMap<i64, Flaw>,
    /// Rows behind the ends of their chains: the last place of each chain, with the row's number.
    beyond: BTreeMap<i64, (i64, i64)>,
    pub(super) rows: u64,
    pruned: i64,
    arrived: u64,
}

/// One chain, up to where it was walked.
pub(super) struct Chain {
    pub(super) recorded: ChainEnd,
    walked: i64,
    link: Digest,
    last_row: Option<i64>,
    /// The place at which a row was missed, as long as it may still turn up further on.
    missed: Option<i64>,
}

impl<'a> Walk<'a> {
    pub(super) fn begin(store: &'a Store, notary: &'a dyn Notary, noted: &'a [ChainEnd], ends: Ends) -> Self {
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

    pub(super) fn look(&mut self, row: &Row) -> Result<()> {
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

    pub(super) fn end(mut self, ends_now: Ends) -> Result<Inspection> {
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
