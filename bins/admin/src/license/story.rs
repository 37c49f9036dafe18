//! What the report needs of a license's JSON.

use jiff::Timestamp;
use serde::Deserialize;

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Story {
    pub(super) id: String,
    pub(super) key: String,
    pub(super) blob: String,
    pub(super) product_id: String,
    pub(super) product_name: String,
    pub(super) tier: String,
    pub(super) status: String,
    pub(super) seats: i64,
    pub(super) email: String,
    pub(super) name: String,
    pub(super) source: String,
    pub(super) origin: String,
    pub(super) mode: String,
    pub(super) source_order_id: String,
    pub(super) item: i64,
    pub(super) issued_at: Timestamp,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) updates_until: Option<Timestamp>,
    pub(super) seq: i64,
    pub(super) plan: Option<String>,
    pub(super) cancelled_at: Option<Timestamp>,
    /// Blobs with a smaller number are void.
    pub(super) void_below: i64,
    /// `None` if no sale led to it that can still be read.
    pub(super) sale: Option<Sale>,
    pub(super) letters: Vec<Letter>,
    pub(super) history: Vec<Event>,
    pub(super) deliveries: Vec<Delivery>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Sale {
    pub(super) price_usd_cents: Option<u64>,
    pub(super) quantity: u32,
    pub(super) offer_code: Option<String>,
    pub(super) is_gift: bool,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Letter {
    pub(super) id: i64,
    pub(super) kind: String,
    pub(super) recipient: String,
    pub(super) state: String,
    pub(super) attempts: i64,
    pub(super) provider: Option<String>,
    pub(super) failure_class: Option<String>,
    pub(super) error: Option<String>,
    pub(super) created_at: Timestamp,
    pub(super) next_at: Option<Timestamp>,
    pub(super) sent_at: Option<Timestamp>,
    pub(super) enclosed_in: Option<i64>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Event {
    pub(super) at: Timestamp,
    pub(super) event: String,
    pub(super) delivery_id: Option<i64>,
    pub(super) kind: Option<String>,
    pub(super) source: Option<String>,
    pub(super) detail: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Delivery {
    pub(super) id: i64,
    pub(super) kind: String,
    pub(super) origin: String,
    pub(super) received_at: Timestamp,
    pub(super) outcome: Option<String>,
    pub(super) error: Option<String>,
    pub(super) reason: Option<String>,
}
