//! What an operator writes down by hand: licenses to mint, decisions about orders, corrections, and licenses of another
//! system.

mod authenticate;
mod correction;
mod decision;
mod existing;
mod interpret;

pub use correction::Correction;
pub use decision::{Decision, Mail, Ruling};
pub use existing::Existing;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Authentic, Body, Interpretation, NotAuthentic, Proof, Request, SourceAdapter};

/// A license to be minted by hand. This is the body of such a delivery, as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mint {
    /// The id of the order, which makes the license the only one of its kind.
    pub order_id: String,
    /// The product, as `products.yaml` names it under `manual`.
    pub product_id: String,
    /// Where the letter goes.
    pub email: String,
    /// Who the license is for; the local part of the address if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Units or seats; 1 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<u32>,
    /// When it was sold; the arrival of the delivery if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sold_at: Option<Timestamp>,
    /// Why it was minted, for whoever reads the row later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Mint {
    /// The source's name in rows and in `products.yaml`.
    pub const SOURCE: &str = "manual";

    /// The content type of [`Mint::to_body`].
    pub const CONTENT_TYPE: &str = "application/json";

    /// The body to record.
    pub fn to_body(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("texts, numbers and times always serialize")
    }
}

/// The adapter of deliveries written by hand.
#[derive(Debug)]
pub(crate) struct Manual;

impl SourceAdapter for Manual {
    fn name(&self) -> &'static str {
        Mint::SOURCE
    }

    fn proof(&self) -> Proof {
        Proof::BeforeBody
    }

    fn authenticate(&self, _request: &Request<'_>, _now: Timestamp) -> Result<Authentic, NotAuthentic> {
        authenticate::refuse()
    }

    fn interpret(&self, body: &Body<'_>) -> Interpretation {
        interpret::interpret(body)
    }
}
