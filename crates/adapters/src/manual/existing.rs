//! A license of another system, as it is written down when it is taken over.

use jiff::Timestamp;
use mintmark_licensing::Mode;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Mail;
use super::interpret::fault;
use crate::fields::{Fault, check_email, check_identifier};
use crate::{Event, Interpretation, Kind, Order, Verdict, text};

/// A license that another system has sold. This is the body of such a delivery, as JSON; its source is the store's own.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Existing {
    /// The id of the order at its store.
    pub order_id: String,
    /// The product, as `products.yaml` names it under the source.
    pub product_id: String,
    /// The buyer's address.
    pub email: String,
    /// The buyer; the local part of the address if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The key that the buyer has, as it is; one of ours is made if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Units or seats; 1 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seats: Option<u32>,
    /// When it was sold.
    pub issued_at: Timestamp,
    /// Until when it runs; as `products.yaml` says if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// Whether the buyer is sent the license: they have one.
    #[serde(default)]
    pub mail: Mail,
}

impl Existing {
    /// The content type of [`Existing::to_body`]. It counts only in what the operator has imported.
    pub const CONTENT_TYPE: &str = "application/vnd.mintmark.existing-license+json";

    /// The body to record.
    pub fn to_body(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("texts, numbers and times always serialize")
    }

    /// What a body says that the operator has imported; total: whatever the bytes are, there is an answer.
    pub fn interpret(bytes: &[u8]) -> Interpretation {
        let read = serde_json::from_slice::<Self>(bytes).map_err(|error| fault("a license", &error));
        match read.and_then(|existing| existing.check().map(|()| existing)) {
            Ok(existing) => existing.told(),
            Err(fault) => Interpretation::unreadable(&fault),
        }
    }

    /// Why it cannot be taken over, in words for a person.
    pub fn problem(&self) -> Option<String> {
        self.check().err().map(|fault| fault.to_string())
    }

    fn check(&self) -> Result<(), Fault> {
        let filled = [("order_id", &self.order_id), ("product_id", &self.product_id), ("email", &self.email)];
        if let Some((name, _)) = filled.into_iter().find(|(_, value)| value.trim().is_empty()) {
            return Err(Fault::Missing(name.to_owned()));
        }
        check_identifier("order_id", &self.order_id)?;
        check_identifier("product_id", &self.product_id)?;
        check_identifier("key", self.key.as_deref().unwrap_or_default())?;
        check_email("email", self.email.trim())?;
        if self.email.chars().any(char::is_control) {
            return Err(Fault::field("email", "contains control characters"));
        }
        if self.seats == Some(0) {
            return Err(Fault::field("seats", "is not a whole number above zero"));
        }
        Ok(())
    }

    fn told(self) -> Interpretation {
        Interpretation {
            kind: Kind::Sale,
            mode: Mode::Live,
            order_id: Some(self.order_id.clone()),
            sale_id: Some(self.order_id.clone()),
            facts: Some(json!({
                "sale_id": self.order_id,
                "product_id": self.product_id,
                "email": self.email,
                "full_name": self.name,
                "quantity": self.seats.unwrap_or(1),
                "license_key": self.key,
                "sale_timestamp": self.issued_at,
                "expires_at": self.expires_at,
            })),
            verdict: Verdict::Events(vec![
                Event::Sold(Box::new(self.order())),
                Event::Existed(Box::new(self)),
            ]),
        }
    }

    fn order(&self) -> Order {
        let email = self.email.trim().to_owned();
        Order {
            order_id: self.order_id.clone(),
            sale_id: self.order_id.clone(),
            subscription_id: None,
            product_id: self.product_id.clone(),
            product_name: None,
            name: text::buyer_name(self.name.as_deref(), &email),
            email,
            quantity: self.seats.unwrap_or(1),
            price_usd_cents: None,
            recurrence: None,
            offer_code: None,
            is_recurring_charge: false,
            is_gift: false,
            giver: None,
            sold_at: Some(self.issued_at),
        }
    }
}
