//! Asking a store about claims.

use super::claim::Claim;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use mintmark_adapters::{Books, BooksError, Days, Event, GiftSide, Order, Record, Verdict};
use std::collections::HashMap;

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
    /// The oldest sale of a day that is asked about.
    oldest: HashMap<Date, Timestamp>,
}

impl<'a> Asker<'a> {
    pub(super) fn of(books: &'a dyn Books) -> Self {
        Self { books, listed: HashMap::new(), oldest: HashMap::new() }
    }

    /// An answer to each claim, in their order.
    pub(super) fn ask(&mut self, claims: &[Claim]) -> Vec<Answer> {
        for sold_at in claims.iter().filter_map(|claim| claim.sold_at) {
            let oldest = self.oldest.entry(day_of(sold_at)).or_insert(sold_at);
            *oldest = sold_at.min(*oldest);
        }
        let is_burst = claims.len() > BURST && self.oldest.len() < claims.len();
        claims.iter().map(|claim| self.answer(claim, is_burst)).collect()
    }

    fn answer(&mut self, claim: &Claim, is_burst: bool) -> Answer {
        let found = match claim.sold_at.filter(|_| is_burst && claim.is_listed) {
            Some(sold_at) => self.in_list(claim, sold_at),
            None if claim.is_listed => self.by_number(claim),
            None => self.by_id(claim),
        };
        match found {
            Ok(record) => Answer::Found(Box::new(record)),
            Err(BooksError::NotFound) => Answer::Unknown,
            Err(error) => Answer::Later(error),
        }
    }

    fn in_list(&mut self, claim: &Claim, sold_at: Timestamp) -> Result<Record, BooksError> {
        let found = self.list(sold_at)?.iter().find(|record| is_of(record, claim));
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
            let sold_at = sale(&shown).and_then(|sale| sale.sold_at).or(claim.sold_at);
            return self.in_list(claim, sold_at.ok_or(BooksError::NotFound)?);
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
        let sold_at = received.sold_at.or(claim.sold_at).ok_or(BooksError::NotFound)?;
        let listed = self.list(sold_at)?;
        let is_paid = listed.iter().any(|record| is_givers(record, &received, &shown));
        if is_paid { Ok(shown) } else { Err(BooksError::NotFound) }
    }

    /// The day of a sale, back to the oldest one that is asked about: the newest come first, and wait.
    fn list(&mut self, sold_at: Timestamp) -> Result<&[Record], BooksError> {
        let (books, day) = (self.books, day_of(sold_at));
        let oldest = self.oldest.get(&day).map_or(sold_at, |oldest| sold_at.min(*oldest));
        let listed = self.listed.entry(day).or_insert_with(|| {
            let listing = books.sales_since(Days { first: day, last: day }, oldest)?;
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

fn day_of(moment: Timestamp) -> Date {
    TimeZone::UTC.to_datetime(moment).date()
}

fn sale(record: &Record) -> Option<&Order> {
    let Verdict::Events(events) = &record.interpretation.verdict else { return None };
    events.iter().find_map(|event| match event {
        Event::Sold(order) => Some(order.as_ref()),
        _ => None,
    })
}
