//! A delivery as an operator has corrected it, as it is written down.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;

use super::interpret::fault;
use crate::{Body, Event, Interpretation, SourceAdapter, Verdict};

/// What came, with some of its fields as they should have been. This is the body of such a delivery, as JSON; its source
/// is that of the delivery which it corrects, and stays as it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Correction {
    /// The number of the delivery that it corrects.
    pub corrects: i64,
    /// What these fields should have said, by the names that the store has for them.
    pub set: BTreeMap<String, String>,
    /// Who corrected it.
    pub by: String,
    /// Why, and how it is known.
    pub why: String,
    /// When the corrected delivery arrived.
    pub received_at: Timestamp,
    /// Its content type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// Its body, byte for byte; in base64.
    #[serde(serialize_with = "to_base64", deserialize_with = "from_base64")]
    pub body: Vec<u8>,
}

impl Correction {
    /// The content type of [`Correction::to_body`]. It counts only in what the operator wrote.
    pub const CONTENT_TYPE: &str = "application/vnd.mintmark.correction+json";

    /// The body to record.
    pub fn to_body(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("texts, numbers and times always serialize")
    }

    /// What was recorded; `None` if it is no correction.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    /// What the corrected delivery says to its source.
    pub fn interpret(&self, source: &dyn SourceAdapter) -> Interpretation {
        let body = Body { content_type: self.content_type.as_deref(), bytes: &self.body };
        let mut told = source.interpret_corrected(&body, &self.set);
        if let Verdict::Events(events) = &mut told.verdict {
            for event in events {
                // What bears no time of its own counts from when it was first heard.
                if let Event::Sold(order) = event {
                    order.sold_at.get_or_insert(self.received_at);
                }
            }
        }
        told
    }

    /// What a body says that the operator wrote; total: whatever the bytes are, there is an answer.
    pub fn interpret_body(bytes: &[u8], source: &dyn SourceAdapter) -> Interpretation {
        match serde_json::from_slice::<Self>(bytes) {
            Ok(correction) => correction.interpret(source),
            Err(error) => Interpretation::unreadable(&fault("a correction", &error)),
        }
    }
}

fn to_base64<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&STANDARD.encode(bytes))
}

fn from_base64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let text = String::deserialize(deserializer)?;
    STANDARD.decode(text).map_err(serde::de::Error::custom)
}
