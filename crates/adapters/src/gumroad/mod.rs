//! Gumroad: forms or JSON without a signature, so a secret in the address is the proof.

mod authenticate;
mod collisions;
mod events;
mod facts;
mod interpret;
mod sale;

use jiff::Timestamp;
use secrecy::SecretString;

use crate::{
    Authentic, Body, Error, Interpretation, NotAuthentic, Proof, Request, SourceAdapter, WebhookSecret,
};
use authenticate::Door;

/// The section `sources.gumroad` of the settings.
#[derive(Debug, Clone)]
pub struct GumroadSettings {
    /// The webhook secrets in force, the newest first: one, or two while one replaces the other.
    pub secrets: Vec<WebhookSecret>,
    /// A token for the seller's account at Gumroad.
    pub access_token: Option<SecretString>,
    /// Where Gumroad's API is, such as `https://api.gumroad.com/v2`.
    pub api_base: String,
}

/// The adapter of Gumroad.
#[derive(Debug)]
pub(crate) struct Gumroad {
    door: Door,
}

impl Gumroad {
    pub(crate) fn new(settings: &GumroadSettings) -> Result<Self, Error> {
        Ok(Self { door: Door::new(&settings.secrets)? })
    }
}

impl SourceAdapter for Gumroad {
    fn name(&self) -> &'static str {
        "gumroad"
    }

    fn proof(&self) -> Proof {
        Proof::BeforeBody
    }

    fn authenticate(&self, request: &Request<'_>, _now: Timestamp) -> Result<Authentic, NotAuthentic> {
        self.door.open(request)
    }

    fn interpret(&self, body: &Body<'_>) -> Interpretation {
        interpret::interpret(body)
    }
}
