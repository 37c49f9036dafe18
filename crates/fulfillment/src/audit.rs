//! The audit log as its keeper sees it: proved, without minting or mailing.

use crate::Error;
use crate::installation::{DataFolder, Keys};
use crate::settings::Settings;
use mintmark_storage::{Access, ChainEnd, Inspection, Store};
use std::sync::Arc;

/// The audit log, with the key that proves it. Of an installation it needs the database and the file `audit-key`.
#[derive(Debug)]
pub struct AuditLog {
    store: Store,
}

impl AuditLog {
    /// Opens it beside whatever server is running.
    ///
    /// # Errors
    /// Database or audit key are not to be had, or the key is not the one that this log is sealed with.
    pub fn open(settings: &Settings) -> Result<Self, Error> {
        let store = Store::open(&settings.database_url(), Access::Tool)?;
        let key = Keys::load_audit_key(&DataFolder::at(&settings.data_dir), &store)?;
        store.seal_with(Arc::new(key));
        Ok(Self { store })
    }

    /// Looks at every row of every chain, and at the ends that were `noted` at an earlier time. What is recorded
    /// meanwhile is no flaw. `progress` is told how many rows were looked at, and of how many.
    ///
    /// # Errors
    /// The database fails.
    pub fn verify(&self, noted: &[ChainEnd], progress: impl FnMut(u64, u64)) -> Result<Inspection, Error> {
        Ok(self.store.inspect_log(noted, progress)?)
    }
}
