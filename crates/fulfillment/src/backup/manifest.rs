//! The manifest: what a backup has in it, and how one knows that it is whole.

use super::files;
use crate::Error;
use jiff::Timestamp;
use mintmark_storage::Census;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// The file, which is written last.
const MANIFEST: &str = "manifest.json";
/// The folder of the files of the data folder.
pub(super) const DATA: &str = "data";
/// The catalog.
pub(super) const PRODUCTS: &str = "products.yaml";
/// The only format that there is.
const FORMAT: u32 = 1;

/// What is in a backup. With `--json` it is printed as it is here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The format of the backup.
    pub format: u32,
    /// The version of the program that made it.
    pub version: String,
    /// When it was begun.
    pub made_at: Timestamp,
    /// Which database it is of.
    pub database: Database,
    /// The schema that a PostgreSQL database has to have.
    pub schema: Option<String>,
    /// Whether the keys are in it.
    pub keys: bool,
    /// Deliveries in it.
    pub deliveries: i64,
    /// The highest number of one.
    pub newest_delivery: Option<i64>,
    /// Licenses in it.
    pub licenses: i64,
    /// The highest number of one.
    pub newest_license: Option<i64>,
    /// Letters in it.
    pub letters: i64,
    /// The highest number of one.
    pub newest_letter: Option<i64>,
    /// Key ids and fingerprints that the database knows, by their names.
    pub identity: BTreeMap<String, String>,
    /// Size in bytes and SHA-256 of each file, by its path below the folder.
    pub files: BTreeMap<String, Fingerprint>,
}

/// Which database a backup is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Database {
    /// `database.db`, an SQLite file.
    Sqlite,
    /// `database.dump`, an archive of `pg_dump`.
    Postgres,
}

/// What tells a file from any other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// In bytes.
    pub size: u64,
    /// In hexadecimal.
    pub sha256: String,
}

impl Database {
    /// The name of its file in a backup.
    pub(super) fn file(self) -> &'static str {
        match self {
            Self::Sqlite => "database.db",
            Self::Postgres => "database.dump",
        }
    }
}

impl Manifest {
    pub(super) fn new(database: Database, schema: Option<String>, census: Census, now: Timestamp) -> Self {
        Self {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            made_at: now,
            database,
            schema,
            keys: false,
            deliveries: census.deliveries,
            newest_delivery: census.newest_delivery,
            licenses: census.licenses,
            newest_license: census.newest_license,
            letters: census.letters,
            newest_letter: census.newest_letter,
            identity: BTreeMap::new(),
            files: BTreeMap::new(),
        }
    }

    /// Reads it; a folder without one holds no whole backup.
    pub(super) fn read(folder: &Path) -> Result<Self, Error> {
        let path = folder.join(MANIFEST);
        let broken =
            |reason: &str| Error::BrokenBackup { path: folder.to_owned(), reason: reason.to_owned() };
        let text = std::fs::read(&path)
            .map_err(|_| broken("there is no manifest.json in it: it was broken off, or is no backup"))?;
        let manifest: Self =
            serde_json::from_slice(&text).map_err(|_| broken("its manifest.json cannot be read"))?;
        if manifest.format != FORMAT {
            return Err(broken("it is of another format; restore it with the version that made it"));
        }
        Ok(manifest)
    }

    /// Writes it, as the last thing: whole, or not at all.
    pub(super) fn write(&self, folder: &Path) -> Result<(), Error> {
        let text = serde_json::to_string_pretty(self).expect("a manifest always serializes");
        let draft = folder.join("manifest.draft");
        files::create(&draft, format!("{text}\n").as_bytes())?;
        let renamed = std::fs::rename(&draft, folder.join(MANIFEST)).map_err(files::failed(&draft));
        renamed.and_then(|()| files::sync_folder(folder))
    }
}
