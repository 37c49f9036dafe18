//! A license as its table holds it.

use super::{License, LicenseState, NewLicense};
use crate::{Error, LicenseStatus, Origin, Result, time};

#[derive(diesel::Queryable)]
pub(crate) struct Row {
    pub(crate) number: i64,
    id: String,
    key: String,
    blob: String,
    line: String,
    product_id: String,
    product_name: String,
    tier: String,
    status: String,
    seats: i64,
    email: String,
    name: String,
    source: String,
    origin: String,
    mode: String,
    source_order_id: String,
    item: i64,
    issued_at: i64,
    expires_at: Option<i64>,
    updates_until: Option<i64>,
    seq: i64,
    void_below: i64,
    cancelled_at: Option<i64>,
    plan: Option<String>,
    review_at: Option<i64>,
    created_at: i64,
}

impl Row {
    pub(crate) fn into_license(self) -> Result<License> {
        let status = LicenseStatus::from_word(&self.status);
        let origin = Origin::from_word(&self.origin);
        Ok(License {
            state: LicenseState {
                status: status.ok_or(Error::Corrupt(format!("license status {}", self.status)))?,
                void_below: self.void_below,
                cancelled_at: time::from_optional_column(self.cancelled_at)?,
                plan: self.plan,
                review_at: time::from_optional_column(self.review_at)?,
            },
            created_at: time::from_column(self.created_at)?,
            terms: NewLicense {
                id: self.id,
                key: self.key,
                blob: self.blob,
                line: self.line,
                product_id: self.product_id,
                product_name: self.product_name,
                tier: self.tier,
                seats: self.seats,
                email: self.email,
                name: self.name,
                source: self.source,
                origin: origin.ok_or(Error::Corrupt(format!("origin {}", self.origin)))?,
                mode: self.mode,
                source_order_id: self.source_order_id,
                item: self.item,
                issued_at: time::from_column(self.issued_at)?,
                expires_at: time::from_optional_column(self.expires_at)?,
                updates_until: time::from_optional_column(self.updates_until)?,
                seq: self.seq,
            },
        })
    }
}
