//! Asking a store about claims.

use super::claim::Claim;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use mintmark_adapters::{Books, BooksError, Days, Event, GiftSide, Order, Record, Verdict};
use std::collections::{BTreeSet, HashMap};

/// More claims than this at once are answered by listing their days, not one question each.
const BURST: usize = 5;

/// What a store says to a claim.
#[derive(Debug)]
pub(super) enum Answer {
    /// This is the sale, and it was paid for.
    Found(Box<Record>),
    /// There is no such sale, or not yet.
    Unknown,
    /// The store could not be asked.
    Later(BooksError),
}

/// One store, and what it has listed so far.
pub(super) struct Asker<'a> {
    books: &'a dyn Books,
    listed: HashMap<Date, Result<Vec<Record>, BooksError>>,
}

impl<'a> Asker<'a> {
    pub(super) fn of(books: &'a dyn Books) -> Self {
        Self { books, listed: HashMap::new() }
    }

    /// An answer to each claim, in their order.
    pub(super) fn ask(&mut self, claims: &[Claim]) -> Vec<Answer> {
        let days: BTreeSet<Date> =
            claims.iter().filter(|claim| claim.is_listed).filter_map(|claim| claim.day).collect();
        let is_burst = claims.len() > BURST && days.len() < claims.len();
        claims.iter().map(|claim| self.answer(claim, is_burst)).collect()
    }

    fn answer(&mut self, claim: &Claim, is_burst: bool) -> Answer {
        let found = match claim.day.filter(|_| is_burst && claim.is_listed) {
            Some(day) => self.in_list(claim, day),
            None if claim.is_listed => self.by_number(claim),
            None => self.by_id(claim),
        };
        match found {
            Ok(record) => Answer::Found(Box::new(record)),
            Err(BooksError::NotFound) => Answer::Unknown,
            Err(error) => Answer::Later(error),
        }
    }

    fn in_list(&mut self, claim: &Claim, day: Date) -> Result<Record, BooksError> {
        let found = self.list(day)?.iter().find(|record| is_of(record, claim));
        match found {
            Some(record) => Ok(record.clone()),
            None => Err(BooksError::NotFound),
        }
    }

    /// Only what was paid for is found by its number.
    fn by_number(&mut self, claim: &Claim) -> Result<Record, BooksError> {
        let named = match claim.order_number {
            Some(number) => self.books.sale_of_order(number),
            None => Err(BooksError::NotFound),
        };
        match named {
            Ok(record) if is_of(&record, claim) => return Ok(record),
            Ok(_) | Err(BooksError::NotFound) => {}
            Err(error) => return Err(error),
        }
        let shown = self.books.sale(&claim.sale_id)?;
        let number = shown.interpretation.facts.as_ref().and_then(|facts| facts["order_number"].as_u64());
        let Some(number) = number else {
            return self.in_list(claim, day_of(&shown).or(claim.day).ok_or(BooksError::NotFound)?);
        };
        let paid = self.books.sale_of_order(number)?;
        if is_of(&paid, claim) { Ok(paid) } else { Err(BooksError::NotFound) }
    }

    /// A test purchase was never paid for, and a gift by somebody else, whose end of it the list shows.
    fn by_id(&mut self, claim: &Claim) -> Result<Record, BooksError> {
        let shown = self.books.sale(&claim.sale_id)?;
        if shown.gift != GiftSide::Receiver {
            return Ok(shown);
        }
        let Some(received) = sale(&shown).cloned() else { return Err(BooksError::NotFound) };
        let day = day_of(&shown).or(claim.day);
        let listed = self.list(day.ok_or(BooksError::NotFound)?)?;
        let is_paid = listed.iter().any(|record| is_givers(record, &received, &shown));
        if is_paid { Ok(shown) } else { Err(BooksError::NotFound) }
    }

    fn list(&mut self, day: Date) -> Result<&[Record], BooksError> {
        let books = self.books;
        let listed = self.listed.entry(day).or_insert_with(|| {
            let listing = books.sales(Days { first: day, last: day })?;
            match listing.unread.into_iter().next() {
                Some(unread) => Err(unread.why),
                None => Ok(listing.records),
            }
        });
        listed.as_deref().map_err(BooksError::clone)
    }
}

fn is_of(record: &Record, claim: &Claim) -> bool {
    record.interpretation.sale_id.as_deref() == Some(&claim.sale_id)
}

fn is_givers(record: &Record, received: &Order, shown: &Record) -> bool {
    let Some(given) = sale(record).filter(|_| record.gift == GiftSide::Giver) else { return false };
    let is_same_key = shown.store_key.is_some() && shown.store_key == record.store_key;
    let is_alike =
        given.product_id == received.product_id && given.email.eq_ignore_ascii_case(&received.email);
    is_same_key || is_alike
}

fn day_of(record: &Record) -> Option<Date> {
    let moment = sale(record)?.sold_at?;
    Some(TimeZone::UTC.to_datetime(moment).date())
}

fn sale(record: &Record) -> Option<&Order> {
    let Verdict::Events(events) = &record.interpretation.verdict else { return None };
    events.iter().find_map(|event| match event {
        Event::Sold(order) => Some(order.as_ref()),
        _ => None,
    })
}
