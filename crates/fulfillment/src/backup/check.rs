//! Whether a backup is whole, and would bring an installation back.

use super::files;
use super::manifest::{DATA, Database, Manifest};
use crate::Error;
use crate::installation::{DataFolder, PublicKeys};
use mintmark_licensing::{Keyring, Verifier};
use mintmark_storage::{Access, DatabaseUrl, License, LicenseFilter, Store, read_copy};
use std::path::Path;

/// So many of the newest licenses have to be under the keys in hand.
const SAMPLE: i64 = 200;

/// Looks at every byte of a backup, and at what they say.
///
/// # Errors
/// It is not whole, or its parts do not belong together.
pub fn check_backup(folder: &Path) -> Result<Manifest, Error> {
    let manifest = Manifest::read(folder)?;
    check(folder, &manifest)?;
    Ok(manifest)
}

/// As [`check_backup`], of a backup whose manifest may not be written yet.
pub(super) fn check(folder: &Path, manifest: &Manifest) -> Result<(), Error> {
    for (name, expected) in &manifest.files {
        let found = files::measure(&folder.join(name));
        if !found.is_ok_and(|found| found == *expected) {
            return Err(Broken::because(format!("{name} is missing or was changed")).of(folder));
        }
    }
    match manifest.database {
        Database::Postgres => Ok(read_copy(&folder.join(manifest.database.file()))?),
        Database::Sqlite => {
            let url = DatabaseUrl::sqlite(&folder.join(manifest.database.file()));
            let store = Store::open(&url, Access::Tool)?;
            let damage = store.condition()?.damage;
            if let Some(damage) = damage.first() {
                return Err(Broken::because(format!("its database is damaged: {damage}")).of(folder));
            }
            if manifest.keys {
                prove(&folder.join(DATA), &store).map_err(|error| error.of(folder))?;
            }
            Ok(())
        }
    }
}

/// Why something does not belong together.
#[derive(Debug)]
pub(super) struct Broken(String);

impl Broken {
    pub(super) fn because(reason: String) -> Self {
        Self(reason)
    }

    /// Says where it was found.
    pub(super) fn of(self, folder: &Path) -> Error {
        Error::BrokenBackup { path: folder.to_owned(), reason: self.0 }
    }
}

impl From<Error> for Broken {
    fn from(error: Error) -> Self {
        Self(error.to_string())
    }
}

/// Whether the keys of a folder are those that the database knows, and the newest licenses are under them.
pub(super) fn prove(data: &Path, store: &Store) -> Result<(), Broken> {
    let keys = PublicKeys::beside(&DataFolder::at(data), store)?;
    let all = [keys.active].into_iter().chain(keys.retired).chain(keys.distrusted);
    let ring = Keyring::new(all).map_err(Error::from)?;
    let filter = LicenseFilter { limit: Some(SAMPLE), ..LicenseFilter::default() };
    for license in store.licenses(&filter).map_err(Error::from)? {
        if !is_ours(&ring, &license) {
            let id = &license.terms.id;
            return Err(Broken::because(format!("the license {id} is under none of the keys")));
        }
    }
    Ok(())
}

fn is_ours(ring: &Keyring, license: &License) -> bool {
    let Ok(line) = license.terms.line.parse() else { return false };
    Verifier::new(ring, line).accepting_test_licenses().verify(&license.terms.blob).is_ok()
}
