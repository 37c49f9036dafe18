//! The generated secret, taken up again by a running server when its file changes.

use crate::installation::{DataFolder, GENERATED_FOR, StoredSecret, WEBHOOK_SECRET};
use crate::{Error, Fulfillment};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// What tells one version of a file from the next: it is replaced, and never written into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Version {
    inode: u64,
    changed: (i64, i64),
}

/// The version of the secret's file that is in force.
#[derive(Debug, Default)]
pub(crate) struct SecretFile(Mutex<Option<Version>>);

impl SecretFile {
    /// To be noted before the file is read: a change in between is found later then.
    pub(crate) fn note(data: &Path) -> Self {
        Self(Mutex::new(version(data)))
    }

    /// Whether there is another version now, which is in force from here on.
    fn take_up(&self, data: &Path) -> bool {
        let found = version(data);
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = found.is_some() && *known != found;
        if is_new {
            *known = found;
        }
        is_new
    }
}

fn version(data: &Path) -> Option<Version> {
    let file = DataFolder::at(data).path(WEBHOOK_SECRET).metadata().ok()?;
    Some(Version { inode: file.ino(), changed: (file.ctime(), file.ctime_nsec()) })
}

impl Fulfillment {
    /// Accepts the secrets of the data folder if their file has changed; how many there are now. It costs one look at the
    /// file. Where secrets are set, they alone count.
    ///
    /// # Errors
    /// The file cannot be read; what was accepted still is.
    pub fn reload_secrets(&self) -> Result<Option<usize>, Error> {
        let data = &self.settings.data_dir;
        if !self.settings.secrets_of(GENERATED_FOR).is_empty() || !self.secret_file.take_up(data) {
            return Ok(None);
        }
        let Some(stored) = StoredSecret::read(&DataFolder::at(data))? else { return Ok(None) };
        let accepted = stored.accepted();
        if let Some(adapter) = self.records.sources.get(GENERATED_FOR) {
            adapter.accept_secrets(&accepted)?;
        }
        Ok(Some(accepted.len()))
    }
}
