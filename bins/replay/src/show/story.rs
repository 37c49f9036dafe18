//! What `show` needs of a row's JSON.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

/// A row with everything around it.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Story {
    pub(super) id: i64,
    pub(super) source: String,
    pub(super) origin: String,
    pub(super) kind: String,
    pub(super) mode: String,
    pub(super) order_id: Option<String>,
    pub(super) received_at: Timestamp,
    pub(super) processed: bool,
    pub(super) outcome: Option<String>,
    pub(super) error: Option<String>,
    pub(super) reason: Option<String>,
    pub(super) remote_address: Option<String>,
    pub(super) content_type: Option<String>,
    /// Pairs of name and value; `None` if they cannot be read.
    pub(super) headers: Option<Vec<(String, String)>>,
    /// In base64.
    pub(super) body: String,
    pub(super) declared_size: Option<u64>,
    pub(super) attempts: Vec<Attempt>,
    pub(super) order: Option<Map<String, Value>>,
    pub(super) license: Option<License>,
    pub(super) letters: Vec<Letter>,
    /// What happened to the license.
    #[serde(default)]
    pub(super) history: Vec<Event>,
    /// The rows of the same order.
    #[serde(default)]
    pub(super) told: Vec<Told>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Event {
    pub(super) at: Timestamp,
    pub(super) event: String,
    pub(super) delivery_id: Option<i64>,
    pub(super) detail: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Told {
    pub(super) id: i64,
    pub(super) kind: String,
    pub(super) origin: String,
    pub(super) received_at: Timestamp,
    pub(super) outcome: Option<String>,
    pub(super) error: Option<String>,
    pub(super) reason: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Attempt {
    pub(super) number: i64,
    pub(super) at: Timestamp,
    pub(super) outcome: Option<String>,
    pub(super) error: Option<String>,
    pub(super) reason: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct License {
    pub(super) id: String,
    pub(super) key: String,
    pub(super) blob: String,
    pub(super) tier: String,
    pub(super) status: String,
    pub(super) seats: i64,
    pub(super) email: String,
    pub(super) name: String,
    pub(super) issued_at: Timestamp,
    pub(super) expires_at: Option<Timestamp>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Letter {
    pub(super) id: i64,
    pub(super) kind: String,
    pub(super) recipient: String,
    pub(super) state: String,
    pub(super) attempts: i64,
    pub(super) provider: Option<String>,
    /// The provider's name for it.
    pub(super) message_id: Option<String>,
    pub(super) failure_class: Option<String>,
    pub(super) error: Option<String>,
    pub(super) next_at: Option<Timestamp>,
    pub(super) sent_at: Option<Timestamp>,
}
