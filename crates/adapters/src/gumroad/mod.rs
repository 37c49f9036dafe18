//! Gumroad: forms or JSON without a signature, so a secret in the address is the proof.

mod authenticate;
mod collisions;
mod events;
mod facts;
mod interpret;
mod sale;

use jiff::Timestamp;

use crate::{
    Authentic, Body, Error, Interpretation, NotAuthentic, Proof, Request, SourceAdapter, SourceSettings,
};
use authenticate::Door;

/// The adapter of Gumroad.
#[derive(Debug)]
pub(crate) struct Gumroad {
    door: Door,
}

impl Gumroad {
    pub(crate) fn new(settings: &SourceSettings) -> Result<Self, Error> {
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
