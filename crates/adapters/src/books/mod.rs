//! What a store's own records answer, in one vocabulary for all stores.

mod days;
mod error;
mod record;

pub(crate) use days::day;
pub use days::{Days, WINDOW_DAYS};
pub use error::BooksError;
pub use record::{GiftSide, Listing, Record, UnreadDays};

use jiff::Timestamp;
use std::collections::BTreeMap;
use std::fmt::Debug;

/// The books of a store: what it says of a sale when it is asked, rather than what it told us unasked.
///
/// Every function asks over the network, keeps to a pace that all callers of one client share, tries again what may
/// pass by itself, and may so block for a minute or two.
pub trait Books: Debug + Send + Sync {
    /// All sales made in these days. Days that the store cannot list are named in the answer.
    ///
    /// # Errors
    /// The store refuses, or does not answer.
    fn sales(&self, days: Days) -> Result<Listing, BooksError>;

    /// The sales made in these days, at least those made at this moment or later: a store lists the newest first, so
    /// this ends where they are older.
    ///
    /// # Errors
    /// As [`Books::sales`].
    fn sales_since(&self, days: Days, moment: Timestamp) -> Result<Listing, BooksError>;

    /// The sale with this order number, if it is one that was paid for and belongs to the seller.
    ///
    /// # Errors
    /// [`BooksError::NotFound`] if there is none; otherwise as [`Books::sales`].
    fn sale_of_order(&self, order_number: u64) -> Result<Record, BooksError>;

    /// The sale with this id, in whatever state it is: that it is found does not prove that it was paid for.
    ///
    /// # Errors
    /// [`BooksError::NotFound`] if there is none; otherwise as [`Books::sales`].
    fn sale(&self, sale_id: &str) -> Result<Record, BooksError>;

    /// How it stands with a subscription, as of `now`, which the record carries.
    ///
    /// # Errors
    /// [`BooksError::NotFound`] if there is none; otherwise as [`Books::sales`].
    fn subscription(&self, subscription_id: &str, now: Timestamp) -> Result<Record, BooksError>;

    /// The events that the store can send to an address.
    fn events(&self) -> &'static [&'static str];

    /// The addresses that are told of an event.
    ///
    /// # Errors
    /// As [`Books::sales`].
    fn registrations(&self, event: &str) -> Result<Vec<Registration>, BooksError>;

    /// Has an address told of an event. Not asked again when the answer is lost: twice would be two registrations.
    ///
    /// # Errors
    /// As [`Books::sales`].
    fn register(&self, event: &str, url: &str) -> Result<(), BooksError>;

    /// Ends a registration; one that is gone already is no error.
    ///
    /// # Errors
    /// As [`Books::sales`].
    fn unregister(&self, id: &str) -> Result<(), BooksError>;

    /// How often it was asked so far, by the HTTP status of its answer; `None` is no answer. Questions that were tried
    /// again count each time.
    fn answers(&self) -> BTreeMap<Option<u16>, u64> {
        BTreeMap::new()
    }

    /// Wakes whoever waits for the pace and asks nothing any more, so that a program can end.
    fn close(&self);
}

/// An address that a store tells of an event.
#[derive(Clone, PartialEq, Eq)]
pub struct Registration {
    /// The store's id of the registration.
    pub id: String,
    /// The address. It may carry a secret, so `Debug` does not show it.
    pub url: String,
}

impl Debug for Registration {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Registration").field("id", &self.id).finish_non_exhaustive()
    }
}
