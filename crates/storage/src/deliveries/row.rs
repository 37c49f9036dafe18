//! A delivery as its table holds it.

use super::Delivery;
use crate::{Error, Origin, Result, time};

#[derive(diesel::Queryable)]
pub(super) struct Row {
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
    pub(super) fn into_delivery(self, attempt: i64) -> Result<Delivery> {
        Ok(Delivery {
            id: self.id,
            origin: Origin::from_word(&self.origin)
                .ok_or(Error::Corrupt(format!("origin {}", self.origin)))?,
            source: self.source,
            received_at: time::from_column(self.received_at)?,
            remote_address: self.remote_address,
            secret_label: self.secret_label,
            content_type: self.content_type,
            headers: self.headers,
            body: self.body,
            declared_size: self.declared_size,
            attempt,
        })
    }
}
