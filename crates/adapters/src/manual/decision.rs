//! What an operator decides about an order, as it is written down.

use jiff::Timestamp;
use mintmark_licensing::Mode;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::json;

use super::interpret::fault;
use crate::fields::{Fault, check_identifier};
use crate::{Event, Interpretation, Kind, Verdict};

/// A decision about an order of any source. This is the body of such a delivery, as JSON; its source is the order's own.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// What was decided.
    pub decision: Ruling,
    /// The order it is about.
    pub order_id: String,
    /// Whether that is a real order or a trial of the seller's.
    #[serde(serialize_with = "mode_to_word", deserialize_with = "mode_from_word")]
    pub mode: Mode,
    /// The one license it is about, of an order that has several; all of them if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<u32>,
    /// Who decided.
    pub by: String,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// When: of several decisions the latest counts.
    pub at: Timestamp,
    /// Whether the buyer is written to.
    #[serde(default)]
    pub mail: Mail,
}

/// What an operator can decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ruling {
    /// The license runs, whatever was told of its order before.
    Reinstate,
    /// The license rests, whatever the store tells.
    Suspend,
    /// The license is taken back, whatever the store tells.
    Revoke,
    /// The license gets a blob with the next number.
    Reissue,
    /// The license gets another key; the old one, and every blob that was made with it, is void.
    RotateKey,
    /// The person behind the order is forgotten: nothing is minted, and nobody is mailed, whatever else is told.
    Erase,
}

/// Whether a decision is told to the buyer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mail {
    /// As `products.yaml` says of such an occasion.
    #[default]
    AsUsual,
    /// A letter is sent.
    Send,
}

impl Ruling {
    /// The word in the body and on the command line's JSON, such as `rotate_key`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reinstate => "reinstate",
            Self::Suspend => "suspend",
            Self::Revoke => "revoke",
            Self::Reissue => "reissue",
            Self::RotateKey => "rotate_key",
            Self::Erase => "erase",
        }
    }
}

impl Decision {
    /// The content type of [`Decision::to_body`]. It counts only in what the operator wrote: a store that sends it has
    /// sent a body of its own.
    pub const CONTENT_TYPE: &str = "application/vnd.mintmark.decision+json";

    /// The body to record.
    pub fn to_body(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("texts, numbers and times always serialize")
    }

    /// What a body says that the operator wrote; total: whatever the bytes are, there is an answer.
    pub fn interpret(bytes: &[u8]) -> Interpretation {
        match Self::read(bytes) {
            Ok(decision) => decision.told(),
            Err(fault) => Interpretation { kind: Kind::Decision, ..Interpretation::unreadable(&fault) },
        }
    }

    /// Whether it is about this license of its order.
    pub fn is_about(&self, item: u32) -> bool {
        self.item.is_none_or(|own| own == item)
    }

    fn read(bytes: &[u8]) -> Result<Self, Fault> {
        let decision: Self = serde_json::from_slice(bytes).map_err(|error| fault("a decision", &error))?;
        let filled = [("order_id", &decision.order_id), ("by", &decision.by)];
        if let Some((name, _)) = filled.into_iter().find(|(_, value)| value.trim().is_empty()) {
            return Err(Fault::Missing(name.to_owned()));
        }
        check_identifier("order_id", &decision.order_id)?;
        Ok(decision)
    }

    fn told(self) -> Interpretation {
        Interpretation {
            kind: Kind::Decision,
            mode: self.mode,
            order_id: Some(self.order_id.clone()),
            sale_id: None,
            facts: Some(json!({
                "decision": self.decision.as_str(),
                "item": self.item,
                "by": self.by,
                "why": self.why,
                "at": self.at,
                "mail": self.mail == Mail::Send,
            })),
            verdict: Verdict::Events(vec![Event::Decided(Box::new(self))]),
        }
    }
}

fn mode_to_word<S: Serializer>(mode: &Mode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(mode.as_str())
}

fn mode_from_word<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Mode, D::Error> {
    let word = String::deserialize(deserializer)?;
    word.parse().map_err(serde::de::Error::custom)
}
