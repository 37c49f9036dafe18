//! Postmark: reports about letters, as JSON without a signature, so a secret in the address is the proof.

mod authenticate;
mod bounces;
mod facts;
mod interpret;

use jiff::Timestamp;

use crate::{
    Authentic, Body, Error, Interpretation, NotAuthentic, Proof, Request, SourceAdapter, SourceSettings,
};
use authenticate::Door;

/// The adapter of Postmark's reports.
#[derive(Debug)]
pub(crate) struct Postmark {
    door: Door,
}

impl Postmark {
    pub(crate) fn new(settings: &SourceSettings) -> Result<Self, Error> {
        Ok(Self { door: Door::new(&settings.secrets)? })
    }
}

impl SourceAdapter for Postmark {
    fn name(&self) -> &'static str {
        "postmark"
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
