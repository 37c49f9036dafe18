//! Rows as the command lines print them with `--json`; names and order are part of the contract.

use crate::{Error, Records};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use mintmark_storage::{AuditRow, Delivery, Letter, License};
use serde::Serialize;
use serde_json::{Value, json};

/// A row of the audit log.
#[derive(Debug, Serialize)]
pub struct DeliveryView<'a> {
    id: i64,
    source: &'a str,
    origin: &'static str,
    kind: &'a str,
    mode: &'a str,
    order_id: Option<&'a str>,
    received_at: Timestamp,
    processed: bool,
    attempts: i64,
    outcome: Option<&'static str>,
    error: Option<&'a str>,
    reason: Option<&'a str>,
    license_key: Option<&'a str>,
}

/// A license.
#[derive(Debug, Serialize)]
pub struct LicenseView<'a> {
    id: &'a str,
    key: &'a str,
    blob: &'a str,
    line: &'a str,
    product_id: &'a str,
    tier: &'a str,
    status: &'static str,
    seats: i64,
    email: &'a str,
    name: &'a str,
    source: &'a str,
    origin: &'static str,
    mode: &'a str,
    source_order_id: &'a str,
    item: i64,
    test: bool,
    issued_at: Timestamp,
    expires_at: Option<Timestamp>,
    updates_until: Option<Timestamp>,
    seq: i64,
    letter: Option<&'static str>,
}

/// A letter, without its text.
#[derive(Debug, Serialize)]
pub struct LetterView<'a> {
    id: i64,
    kind: &'static str,
    resend_number: i64,
    recipient: &'a str,
    state: &'static str,
    attempts: i64,
    provider: Option<&'a str>,
    message_id: Option<&'a str>,
    failure_class: Option<&'a str>,
    error: Option<&'a str>,
    created_at: Timestamp,
    next_at: Option<Timestamp>,
    sent_at: Option<Timestamp>,
    enclosed_in: Option<i64>,
}

impl<'a> From<&'a AuditRow> for DeliveryView<'a> {
    fn from(row: &'a AuditRow) -> Self {
        Self {
            id: row.id,
            source: &row.source,
            origin: row.origin.as_str(),
            kind: &row.kind,
            mode: &row.mode,
            order_id: row.order_id.as_deref(),
            received_at: row.received_at,
            processed: row.processed,
            attempts: row.attempts,
            outcome: row.outcome.map(|outcome| outcome.as_str()),
            error: row.error.as_deref(),
            reason: row.reason.as_deref(),
            license_key: row.license_key.as_deref(),
        }
    }
}

impl<'a> LicenseView<'a> {
    /// A license with its newest letter.
    pub fn new(license: &'a License, letter: Option<&Letter>) -> Self {
        let terms = &license.terms;
        Self {
            id: &terms.id,
            key: &terms.key,
            blob: &terms.blob,
            line: &terms.line,
            product_id: &terms.product_id,
            tier: &terms.tier,
            status: license.state.status.as_str(),
            seats: terms.seats,
            email: &terms.email,
            name: &terms.name,
            source: &terms.source,
            origin: terms.origin.as_str(),
            mode: &terms.mode,
            source_order_id: &terms.source_order_id,
            item: terms.item,
            test: terms.mode == "test",
            issued_at: terms.issued_at,
            expires_at: terms.expires_at,
            updates_until: terms.updates_until,
            seq: terms.seq,
            letter: letter.map(|letter| letter.state.as_str()),
        }
    }
}

impl<'a> From<&'a Letter> for LetterView<'a> {
    fn from(letter: &'a Letter) -> Self {
        Self {
            id: letter.id,
            kind: letter.kind.as_str(),
            resend_number: letter.resend_number,
            recipient: &letter.recipient,
            state: letter.state.as_str(),
            attempts: letter.attempts,
            provider: letter.provider.as_deref(),
            message_id: letter.message_id.as_deref(),
            failure_class: letter.failure_class.as_deref(),
            error: letter.error.as_deref(),
            created_at: letter.created_at,
            next_at: letter.due_at,
            sent_at: letter.sent_at,
            enclosed_in: letter.enclosed_in,
        }
    }
}

impl Records {
    /// A license as JSON.
    ///
    /// # Errors
    /// The database fails.
    pub fn license_json(&self, license: &License) -> Result<Value, Error> {
        let letter = self.store.newest_letter(&license.terms.id)?;
        Ok(to_json(LicenseView::new(license, letter.as_ref())))
    }

    /// Everything about one audit row, as JSON.
    ///
    /// # Errors
    /// There is no such row, or the database fails.
    pub fn delivery_json(&self, id: i64) -> Result<Value, Error> {
        let row = self.row(id)?;
        let delivery = self
            .store
            .delivery(id)?
            .ok_or_else(|| Error::NotFound { what: "delivery", id: id.to_string() })?;
        let mut shown = delivery_json(&row, &delivery);
        shown["attempts"] = self.attempts_json(id)?;
        shown["order"] =
            self.interpret(&delivery).and_then(|interpretation| interpretation.facts).unwrap_or(Value::Null);
        let license = row.license_id.as_deref().map(|id| self.store.license(id)).transpose()?.flatten();
        shown["license"] =
            license.as_ref().map(|license| self.license_json(license)).transpose()?.unwrap_or(Value::Null);
        shown["letters"] = match &license {
            Some(license) => self.letters_json(&license.terms.id)?,
            None => json!([]),
        };
        Ok(shown)
    }

    /// Audit rows as JSON, each with what came: headers, and the body in base64.
    ///
    /// # Errors
    /// The database fails.
    pub fn deliveries_json(&self, rows: &[AuditRow]) -> Result<Vec<Value>, Error> {
        let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
        let deliveries = self.store.deliveries(&ids)?;
        let told = rows.iter().filter_map(|row| {
            let found = deliveries.binary_search_by_key(&row.id, |delivery| delivery.id).ok()?;
            Some(delivery_json(row, &deliveries[found]))
        });
        Ok(told.collect())
    }

    fn attempts_json(&self, id: i64) -> Result<Value, Error> {
        let attempts = self.store.attempts(id)?;
        let shown = attempts.iter().map(|attempt| {
            json!({
                "number": attempt.number,
                "at": attempt.at,
                "outcome": attempt.outcome.map(|outcome| outcome.as_str()),
                "error": attempt.error,
                "reason": attempt.reason,
            })
        });
        Ok(shown.collect())
    }

    pub(crate) fn letters_json(&self, license_id: &str) -> Result<Value, Error> {
        let letters = self.store.letters(license_id)?;
        Ok(letters.iter().map(|letter| to_json(LetterView::from(letter))).collect())
    }
}

/// A row with what came.
fn delivery_json(row: &AuditRow, delivery: &Delivery) -> Value {
    let recorded = &delivery.recorded;
    let mut shown = to_json(DeliveryView::from(row));
    shown["remote_address"] = json!(recorded.remote_address);
    shown["content_type"] = json!(recorded.content_type);
    shown["headers"] = serde_json::from_str(&recorded.headers).unwrap_or(Value::Null);
    shown["body"] = json!(STANDARD.encode(&recorded.body));
    shown["declared_size"] = json!(recorded.declared_size);
    shown
}

pub(crate) fn to_json(view: impl Serialize) -> Value {
    serde_json::to_value(view).expect("texts, numbers and times always serialize")
}
