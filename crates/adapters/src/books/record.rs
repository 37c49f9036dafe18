//! What a store answers with: records, and lists of them.

use std::fmt::{self, Debug};

use super::Days;
use crate::{BooksError, Interpretation};

/// A record out of a store's books, ready to be written down as a delivery.
#[derive(Clone, PartialEq)]
pub struct Record {
    /// The content type by which `interpret` knows the body for a record.
    pub content_type: &'static str,
    /// The record as the store gave it.
    pub body: String,
    /// What it says.
    pub interpretation: Interpretation,
    /// Which end of a gift it is about.
    pub gift: GiftSide,
    /// The other addresses that the store knows its buyer by; a webhook may have named any of them.
    pub emails: Vec<String>,
    /// The store's own license key for it: both ends of a gift have the same.
    pub store_key: Option<String>,
}

/// Which end of a gift a sale is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GiftSide {
    /// No gift.
    None,
    /// The sale to who paid. A webhook never tells of it.
    Giver,
    /// The sale to who was given it, which a webhook tells of. A list never shows it.
    Receiver,
}

/// The sales of some days.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Listing {
    /// One record for each sale, the newest first as far as the store keeps to that.
    pub records: Vec<Record>,
    /// Days that could not be read, or not to their end.
    pub unread: Vec<UnreadDays>,
}

/// Days that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadDays {
    /// Which.
    pub days: Days,
    /// Why.
    pub why: BooksError,
}

/// The body is a buyer's private matter.
impl Debug for Record {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids = (&self.interpretation.order_id, &self.interpretation.sale_id);
        formatter.debug_struct("Record").field("ids", &ids).field("gift", &self.gift).finish_non_exhaustive()
    }
}
