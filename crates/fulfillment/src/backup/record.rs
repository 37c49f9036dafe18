//! When the last backup was made: a file beside the database, since a backup changes nothing in it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

const FILE: &str = "last-backup";

/// The last backup that was made of an installation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LastBackup {
    /// When.
    pub(crate) at: Timestamp,
    /// Where.
    pub(crate) folder: PathBuf,
}

impl LastBackup {
    pub(super) fn new(folder: &Path, at: Timestamp) -> Self {
        Self { at, folder: folder.canonicalize().unwrap_or_else(|_| folder.to_owned()) }
    }

    /// The backup is good without it, so a folder that cannot be written is said and no more.
    pub(super) fn write(&self, data: &Path) {
        let text = serde_json::to_string(self).expect("a time and a path always serialize");
        if let Err(error) = std::fs::write(data.join(FILE), format!("{text}\n")) {
            tracing::warn!(%error, "when this backup was made could not be noted for the doctor");
        }
    }

    /// `None` if there was none, or nobody can tell.
    pub(crate) fn read(data: &Path) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(data.join(FILE)).ok()?).ok()
    }
}
