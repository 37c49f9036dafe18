//! The records: what can be read without keys, catalog or mailer.

use crate::settings::Settings;
use crate::{Error, readback};
use mintmark_adapters::manual::{Correction, Decision, Existing};
use mintmark_adapters::{Body, Interpretation, Sources, SourcesSettings};
use mintmark_storage::{
    Access, AuditFilter, AuditRow, Delivery, License, LicenseFilter, NewDelivery, Origin, Store,
};
use std::sync::Arc;

/// The audit log and the licenses, with the sources that understand them.
#[derive(Debug, Clone)]
pub struct Records {
    pub(crate) store: Arc<Store>,
    pub(crate) sources: Arc<Sources>,
}

impl Records {
    /// Opens them beside whatever server is running. Reading needs no store's secrets.
    ///
    /// # Errors
    /// The database is missing, out of reach, or of another version.
    pub fn open(settings: &Settings) -> Result<Self, Error> {
        let store = Store::open(&settings.database_url(), Access::Tool)?;
        Self::new(store, &SourcesSettings::new())
    }

    pub(crate) fn new(store: Store, settings: &SourcesSettings) -> Result<Self, Error> {
        Ok(Self { store: Arc::new(store), sources: Arc::new(Sources::new(settings)?) })
    }

    /// The audit rows that a filter names, newest first.
    ///
    /// # Errors
    /// The database fails.
    pub fn rows(&self, filter: &AuditFilter) -> Result<Vec<AuditRow>, Error> {
        Ok(self.store.audit_rows(filter)?)
    }

    /// The audit rows of these deliveries, oldest first; those that do not exist are left out.
    ///
    /// # Errors
    /// The database fails.
    pub fn rows_of(&self, ids: &[i64]) -> Result<Vec<AuditRow>, Error> {
        Ok(self.store.audit_rows_of(ids)?)
    }

    /// The audit row of one delivery.
    ///
    /// # Errors
    /// There is no such row, or the database fails.
    pub fn row(&self, id: i64) -> Result<AuditRow, Error> {
        self.store.audit_row(id)?.ok_or_else(|| Error::NotFound { what: "delivery", id: id.to_string() })
    }

    /// The licenses that a filter names, newest first.
    ///
    /// # Errors
    /// The database fails.
    pub fn licenses(&self, filter: &LicenseFilter) -> Result<Vec<License>, Error> {
        Ok(self.store.licenses(filter)?)
    }

    /// The licenses of an id, key, order or address, newest first; at least one.
    ///
    /// # Errors
    /// There is none, or the database fails.
    pub fn licenses_named(&self, name: &str) -> Result<Vec<License>, Error> {
        let found = self.licenses(&LicenseFilter::named(name))?;
        if found.is_empty() {
            return Err(Error::NotFound { what: "license", id: name.to_owned() });
        }
        Ok(found)
    }

    /// What a recorded delivery says; `None` if its source is no longer known.
    pub(crate) fn interpret(&self, delivery: &Delivery) -> Option<Interpretation> {
        if is_by_hand(&delivery.recorded, Decision::CONTENT_TYPE) {
            return Some(Decision::interpret(&delivery.recorded.body));
        }
        if is_imported(&delivery.recorded) {
            return Some(Existing::interpret(&delivery.recorded.body));
        }
        if self.is_correction(delivery) {
            let source = self.sources.get(&delivery.recorded.source)?;
            return Some(Correction::interpret_body(&delivery.recorded.body, source));
        }
        let body =
            Body { content_type: delivery.recorded.content_type.as_deref(), bytes: &delivery.recorded.body };
        Some(self.sources.get(&delivery.recorded.source)?.interpret(&body))
    }

    /// Whether an operator wrote it in the place of another delivery.
    pub(crate) fn is_correction(&self, delivery: &Delivery) -> bool {
        is_by_hand(&delivery.recorded, Correction::CONTENT_TYPE)
    }

    /// What a recorded delivery says together with the store's own record of it, once that was read back.
    pub(crate) fn believed(&self, delivery: &Delivery, reading: Option<&str>) -> Option<Interpretation> {
        let told = self.interpret(delivery)?;
        let Some(reading) = reading else { return Some(told) };
        let read = self.sources.get(&delivery.recorded.source)?.interpret_record(reading);
        Some(readback::believe(told, read))
    }
}

/// Whether the operator wrote it, as a body of this type.
///
/// **Architecture Invariant:** nothing that comes by a webhook is a decision of the operator's. What a store sends is
/// the store's, whatever it calls itself: nobody who can send a webhook can decide in the operator's place.
fn is_by_hand(recorded: &NewDelivery, content_type: &str) -> bool {
    recorded.origin == Origin::Manual && recorded.content_type.as_deref() == Some(content_type)
}

/// As above, of a license of another system.
fn is_imported(recorded: &NewDelivery) -> bool {
    recorded.origin == Origin::Import && recorded.content_type.as_deref() == Some(Existing::CONTENT_TYPE)
}
