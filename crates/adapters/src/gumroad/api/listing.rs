//! Reading all pages of some days, also where the pages are not as they should be.
//!
//! What is missed here is a buyer without a license, so a list is read to its end by every way there is: a page that
//! comes twice is asked for again, a full page that names no next one is not believed to be the last, and days that
//! the store cannot look through are halved.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::page::{Cursor, FULL_PAGE, Page};
use crate::books::day;
use crate::{BooksError, Days, Event, Listing, Record, UnreadDays, Verdict};

/// A page may come twice, and a day time out, by accident; what does so this often goes on like that.
const MOST_TIMES: u32 = 3;
/// A list is in order but for sales of one moment, and for what a page has repeated.
const MARGIN: SignedDuration = SignedDuration::from_mins(10);
/// More pages of one day than any seller has.
const MOST_PAGES: usize = 10_000;

/// Asks for one page.
pub(super) type Fetch<'f> = dyn Fn(Days, &Cursor) -> Result<Page, BooksError> + 'f;

/// Every sale of these days, each once; if a moment is given, at least those that were made since.
pub(super) fn read(days: Days, since: Option<Timestamp>, fetch: &Fetch<'_>) -> Result<Listing, BooksError> {
    let mut reader = Reader {
        fetch,
        since,
        left: vec![days],
        timeouts: HashMap::new(),
        places: HashMap::new(),
        listing: Listing::default(),
    };
    while let Some(days) = reader.left.pop() {
        reader.window(days)?;
    }
    Ok(reader.listing)
}

struct Reader<'f> {
    fetch: &'f Fetch<'f>,
    since: Option<Timestamp>,
    /// Days still to be read.
    left: Vec<Days>,
    /// How often the store ran out of time over a single day.
    timeouts: HashMap<Date, u32>,
    /// Where in the listing a sale is.
    places: HashMap<String, usize>,
    listing: Listing,
}

impl Reader<'_> {
    fn window(&mut self, days: Days) -> Result<(), BooksError> {
        let mut cursor = Cursor::First;
        let mut named: HashMap<String, u32> = HashMap::new();
        let mut oldest = days.last;
        let mut seen = HashSet::new();
        for _ in 0..MOST_PAGES {
            let page = match (self.fetch)(days, &cursor) {
                Err(BooksError::QueryTimedOut) => return self.narrow(days, BooksError::QueryTimedOut),
                page => page?,
            };
            let count = page.records.len();
            seen.extend(page.records.iter().filter_map(|record| record.interpretation.sale_id.clone()));
            oldest = page.records.iter().filter_map(made_at).map(day).fold(oldest, Date::min);
            let is_enough = self.since.is_some_and(|since| {
                page.records
                    .iter()
                    .filter_map(made_at)
                    .any(|made_at| made_at < since.saturating_sub(MARGIN).unwrap_or(since))
            });
            self.add(page.records);
            if is_enough {
                return Ok(());
            }
            cursor = match page.next {
                Some(key) => {
                    let times = named.entry(key.clone()).or_insert(0);
                    *times += 1;
                    if *times > MOST_TIMES {
                        return self.narrow(days, odd("its pages go round in circles"));
                    }
                    Cursor::Key(key)
                }
                None if count < FULL_PAGE => return Ok(()),
                None => return self.beyond(days, oldest, seen.len()),
            };
        }
        self.narrow(days, odd("its pages have no end"))
    }

    /// The days in two halves; a single day by the numbers of its pages.
    fn narrow(&mut self, days: Days, why: BooksError) -> Result<(), BooksError> {
        if let Some(halves) = days.halves() {
            self.left.extend(halves);
            return Ok(());
        }
        if why == BooksError::QueryTimedOut {
            let timeouts = self.timeouts.entry(days.first).or_insert(0);
            *timeouts += 1;
            if *timeouts < MOST_TIMES {
                self.left.push(days);
                return Ok(());
            }
        }
        if why == BooksError::QueryTimedOut || self.numbered(days, 1)? == End::Unknown {
            self.listing.unread.push(UnreadDays { days, why });
        }
        Ok(())
    }

    /// What may lie behind a full page that names no next one: everything older than the oldest that was seen.
    fn beyond(&mut self, days: Days, oldest: Date, seen: usize) -> Result<(), BooksError> {
        if days.first <= oldest && oldest < days.last {
            self.left.push(Days { first: days.first, last: oldest });
            return Ok(());
        }
        self.numbered(days, seen / FULL_PAGE + 1).map(drop)
    }

    /// Pages by their numbers, the older way, until one brings nothing new.
    fn numbered(&mut self, days: Days, first: usize) -> Result<End, BooksError> {
        for number in first..MOST_PAGES {
            let page = match (self.fetch)(days, &Cursor::Number(number)) {
                Err(BooksError::QueryTimedOut | BooksError::Unexpected(_)) => return Ok(End::Unknown),
                page => page?,
            };
            let is_full = page.records.len() >= FULL_PAGE;
            let new = self.add(page.records);
            match (is_full, new) {
                (false, _) => return Ok(End::Reached),
                (true, 0) if number > 1 => return Ok(End::Unknown),
                (true, _) => {}
            }
        }
        Ok(End::Unknown)
    }

    /// How many of them are new. What was read again is kept as it was read last.
    fn add(&mut self, records: Vec<Record>) -> usize {
        let before = self.listing.records.len();
        for record in records {
            let place = record.interpretation.sale_id.as_ref().and_then(|id| self.places.get(id));
            if let Some(place) = place {
                self.listing.records[*place] = record;
                continue;
            }
            if let Some(id) = record.interpretation.sale_id.clone() {
                self.places.insert(id, self.listing.records.len());
            }
            self.listing.records.push(record);
        }
        self.listing.records.len() - before
    }
}

/// Whether the last page was seen.
#[derive(PartialEq, Eq)]
enum End {
    Reached,
    Unknown,
}

fn odd(what: &str) -> BooksError {
    BooksError::Unexpected(what.to_owned())
}

fn made_at(record: &Record) -> Option<Timestamp> {
    let Verdict::Events(events) = &record.interpretation.verdict else { return None };
    events.iter().find_map(|event| match event {
        Event::Sold(order) => order.sold_at,
        _ => None,
    })
}
