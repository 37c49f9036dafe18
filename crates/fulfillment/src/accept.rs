//! Accepting: from a request at the door to a delivery on record.

use crate::Fulfillment;
use jiff::Timestamp;
use mintmark_adapters::{Proof, Request};
use mintmark_storage::{Delivery, NewDelivery, Origin, Pending};
use std::time::Duration;

/// Credentials of the transport are nobody's evidence.
const CREDENTIALS: [&str; 4] =
    ["authorization", "proxy-authorization", "cookie", "x-forwarded-authorization"];
/// Some reverse proxies repeat the whole address in a header of theirs, and the secret is in it.
const SECRET_IN_ADDRESS: &str = "secret=";

/// A sender who has proved to be the store. Only [`Fulfillment::authenticate`] makes one.
#[derive(Debug)]
pub struct Admitted {
    source: &'static str,
    secret_label: String,
}

/// What an admitted sender brought.
#[derive(Debug)]
pub struct Arrival {
    /// The headers as they came.
    pub headers: Vec<(String, String)>,
    /// Who sent it, as far as the network tells.
    pub remote_address: Option<String>,
    /// The body.
    pub body: ArrivedBody,
}

/// A body, whole or as much as is kept of it.
#[derive(Debug)]
pub enum ArrivedBody {
    /// All of it.
    Whole(Vec<u8>),
    /// Only its beginning: it was too large to keep.
    Beginning {
        /// What is kept.
        bytes: Vec<u8>,
        /// How many bytes it said it had, or else how many came.
        size: u64,
    },
}

impl Fulfillment {
    /// When a source's senders prove themselves; `None` for an unknown source.
    pub fn proof(&self, source: &str) -> Option<Proof> {
        self.records.sources.get(source).map(|adapter| adapter.proof())
    }

    /// Whether the sender is the store. No database is asked.
    pub fn authenticate(&self, source: &str, request: &Request<'_>, now: Timestamp) -> Option<Admitted> {
        let adapter = self.records.sources.get(source)?;
        let authentic = adapter.authenticate(request, now).ok()?;
        Some(Admitted { source: adapter.name(), secret_label: authentic.label })
    }

    /// Notes how long it took to put a delivery on record, from its arrival.
    pub fn note_recording(&self, delivery: &Delivery, after: Duration) {
        self.meter.recorded(&delivery.recorded.source, after);
    }

    /// Puts on record what an admitted sender brought: once the answer is `Ok` it is on disk.
    pub fn accept(&self, admitted: Admitted, arrival: Arrival, now: Timestamp) -> Pending<Delivery> {
        let Arrival { headers, remote_address, body } = arrival;
        let (body, declared_size) = match body {
            ArrivedBody::Whole(bytes) => (bytes, None),
            ArrivedBody::Beginning { bytes, size } => (bytes, Some(i64::try_from(size).unwrap_or(i64::MAX))),
        };
        self.records.store.record(NewDelivery {
            source: admitted.source.to_owned(),
            origin: Origin::Ping,
            received_at: now,
            remote_address,
            secret_label: Some(admitted.secret_label),
            content_type: content_type(&headers),
            headers: without_credentials(&headers),
            body,
            declared_size,
        })
    }
}

fn content_type(headers: &[(String, String)]) -> Option<String> {
    headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type")).map(|(_, value)| value.clone())
}

fn without_credentials(headers: &[(String, String)]) -> String {
    let is_credential = |(name, value): &&(String, String)| {
        CREDENTIALS.iter().any(|credential| name.eq_ignore_ascii_case(credential))
            || value.contains(SECRET_IN_ADDRESS)
    };
    let kept: Vec<&(String, String)> = headers.iter().filter(|header| !is_credential(header)).collect();
    // PostgreSQL's text holds no NUL; JSON writes it as an escape, so headers are safe as they are.
    serde_json::to_string(&kept).expect("texts always serialize")
}
