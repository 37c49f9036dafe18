//! Gumroad: forms or JSON without a signature, so a secret in the address is the proof.

mod api;
mod authenticate;
mod collisions;
mod events;
mod exported;
mod facts;
mod interpret;
mod record;
mod sale;

use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use crate::{
    Authentic, Body, Books, Columns, Error, Interpretation, NotAuthentic, Proof, Record, Request,
    SourceAdapter, SourceSettings, WebhookSecret,
};
use api::Api;
use authenticate::Door;

/// The adapter of Gumroad.
#[derive(Debug)]
pub(crate) struct Gumroad {
    door: RwLock<Door>,
    api: Option<Api>,
}

impl Gumroad {
    pub(crate) fn new(settings: &SourceSettings) -> Result<Self, Error> {
        Ok(Self { door: RwLock::new(Door::new(&settings.secrets)?), api: Api::new(settings)? })
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
        self.door.read().unwrap_or_else(PoisonError::into_inner).open(request)
    }

    fn accept_secrets(&self, secrets: &[WebhookSecret]) -> Result<(), Error> {
        let door = Door::new(secrets)?;
        *self.door.write().unwrap_or_else(PoisonError::into_inner) = door;
        Ok(())
    }

    fn interpret(&self, body: &Body<'_>) -> Interpretation {
        interpret::interpret(body)
    }

    fn interpret_record(&self, record: &str) -> Interpretation {
        record::interpret(record.as_bytes())
    }

    fn correctable_fields(&self) -> &'static [&'static str] {
        &sale::READ
    }

    fn interpret_corrected(&self, body: &Body<'_>, set: &BTreeMap<String, String>) -> Interpretation {
        interpret::interpret_corrected(body, set)
    }

    fn exported_sale(&self, columns: Columns<'_>) -> Option<Result<Record, String>> {
        exported::sale(columns)
    }

    fn books(&self) -> Option<&dyn Books> {
        let api = self.api.as_ref()?;
        Some(api)
    }
}
