//! A delivery as its table holds it.

use super::{Delivery, NewDelivery};
use crate::schema::deliveries as of;
use crate::{Error, Origin, Result, time};

/// What a [`Row`] is read from: all that was recorded, without what proves it.
pub(crate) const COLUMNS: (
    of::id,
    of::source,
    of::origin,
    of::received_at,
    of::remote_address,
    of::secret_label,
    of::content_type,
    of::headers,
    of::body,
    of::declared_size,
) = (
    of::id,
    of::source,
    of::origin,
    of::received_at,
    of::remote_address,
    of::secret_label,
    of::content_type,
    of::headers,
    of::body,
    of::declared_size,
);

#[derive(diesel::Queryable)]
pub(crate) struct Row {
    id: i64,
    source: String,
    origin: String,
    received_at: i64,
    remote_address: Option<String>,
    secret_label: Option<String>,
    content_type: Option<String>,
    headers: String,
    body: Vec<u8>,
    declared_size: Option<i64>,
}

impl Row {
    pub(crate) fn into_delivery(self, attempt: i64) -> Result<Delivery> {
        let origin = Origin::from_word(&self.origin);
        let recorded = NewDelivery {
            source: self.source,
            origin: origin.ok_or(Error::Corrupt(format!("origin {}", self.origin)))?,
            received_at: time::from_column(self.received_at)?,
            remote_address: self.remote_address,
            secret_label: self.secret_label,
            content_type: self.content_type,
            headers: self.headers,
            body: self.body,
            declared_size: self.declared_size,
        };
        Ok(Delivery { id: self.id, attempt, recorded, reading: None })
    }
}
