//! A fresh blob for whoever holds the license key.

use crate::{Error, Fulfillment};
use jiff::Timestamp;
use mintmark_licensing::LicenseKey;
use mintmark_storage::{License, LicenseStatus};

/// As long as any key that can be imported.
const LONGEST_KEY: usize = 255;

/// What became of a request for a fresh blob.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refreshed {
    /// The newest blob, whether its license runs or not.
    Found(FreshBlob),
    /// No license has this key.
    Unknown,
    /// It is no license key; the words say why.
    Unreadable(String),
}

/// The newest blob of a license.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreshBlob {
    /// What the license is good for now.
    pub status: LicenseStatus,
    /// The signed blob.
    pub blob: String,
    /// The re-issue counter of the blob.
    pub seq: i64,
    /// Until when it runs; `None` is for ever.
    pub expires_at: Option<Timestamp>,
}

impl Fulfillment {
    /// The newest blob of the license with this key, however it was typed. Asks the database once, and changes nothing.
    ///
    /// # Errors
    /// The database fails.
    pub fn refresh(&self, typed_key: &str) -> Result<Refreshed, Error> {
        let key = match typed_key.parse::<LicenseKey>() {
            Ok(key) => key,
            Err(error) => {
                let foreign = self.with_foreign_key(typed_key.trim())?;
                return Ok(foreign.map_or_else(|| Refreshed::Unreadable(error.to_string()), found));
            }
        };
        let license = self.records.store.license_with_key(&key.to_string())?;
        Ok(license.map_or(Refreshed::Unknown, found))
    }

    /// Keys of another system are of any form, and stay as they are.
    fn with_foreign_key(&self, typed: &str) -> Result<Option<License>, Error> {
        if typed.is_empty() || typed.len() > LONGEST_KEY || typed.contains('\0') {
            return Ok(None);
        }
        Ok(self.records.store.license_with_key(typed)?)
    }
}

fn found(license: License) -> Refreshed {
    Refreshed::Found(FreshBlob {
        status: license.state.status,
        blob: license.terms.blob,
        seq: license.terms.seq,
        expires_at: license.terms.expires_at,
    })
}
