//! What makes this installation itself: its data folder, its keys, and the database that knows them.

mod audit_key;
mod data_folder;
mod inspection;
mod keys;
mod ring;
mod rotation;
mod secret_rotation;
mod webhook_secret;

pub(crate) use data_folder::DataFolder;
pub use inspection::{Finding, Verdict, check_keys};
pub(crate) use inspection::{check_keys_beside, kept_files};
pub(crate) use keys::{AUDIT_KEY, Keys, LICENSE_KEY_SECRET, REVOCATION_KEY, SIGNING_KEY, STANDBY_KEY};
pub use ring::PublicKeys;
pub(crate) use ring::Ring;
pub use rotation::{Occasion, Rotated, Standby, make_standby_key, rotate};
pub use secret_rotation::{Farewell, SecretRotation, finish_secret, rotate_secret};
pub(crate) use webhook_secret::{StoredSecret, WEBHOOK_SECRET};

use crate::settings::Settings;
use crate::{Error, Role};
use jiff::Timestamp;
use mintmark_storage::{Access, DatabaseUrl, Store};
use std::path::PathBuf;

/// The source that is given a secret of our making: it signs nothing, and lets us choose.
pub(crate) const GENERATED_FOR: &str = "gumroad";

/// The newest revocation list, as apps read it.
pub(crate) const REVOCATIONS: &str = "revocations.txt";

/// The parts of an installation, opened.
pub(crate) struct Installation {
    pub(crate) store: Store,
    pub(crate) keys: Keys,
    /// The secret of the data folder, where the settings name none and somebody opens the door.
    pub(crate) secret: Option<StoredSecret>,
}

impl Installation {
    /// Opens what the settings point to, and makes what the role lets make.
    pub(crate) fn open(settings: &Settings, role: Role, now: Timestamp) -> Result<Self, Error> {
        let folder = DataFolder::at(&settings.data_dir);
        match role {
            Role::Server => {
                refuse_emptied(settings, &folder)?;
                Self::make(settings, &folder, server_access(settings, &folder), now)
            }
            Role::Setup => Self::make(settings, &folder, Access::FirstRun, now),
            Role::Tool => {
                let store = Store::open(&settings.database_url(), Access::Tool)?;
                let keys = Keys::load(&folder, &store)?;
                // It opens no door, so it needs no secret.
                Ok(Self { store, keys, secret: None })
            }
        }
    }

    fn make(settings: &Settings, folder: &DataFolder, access: Access, now: Timestamp) -> Result<Self, Error> {
        let url = settings.database_url();
        // A database elsewhere comes first: a mistyped URL must not leave a folder behind.
        if matches!(&url, DatabaseUrl::Sqlite(path) if path.starts_with(&settings.data_dir)) {
            folder.make()?;
        }
        let store = Store::open(&url, access)?;
        folder.make()?;
        let keys = Keys::load_or_make(folder, &store, now)?;
        let secret = if settings.secrets_of(GENERATED_FOR).is_empty() {
            Some(StoredSecret::read_or_make(folder)?)
        } else {
            None
        };
        Ok(Self { store, keys, secret })
    }
}

/// Keys are made after the schema: beside them an empty file is what is left of a database, and would be filled anew.
fn refuse_emptied(settings: &Settings, folder: &DataFolder) -> Result<(), Error> {
    match settings.database_url() {
        DatabaseUrl::Sqlite(path) if Keys::exist(folder) && is_empty(&path) => Err(Error::BrokenFile(path)),
        DatabaseUrl::Sqlite(_) | DatabaseUrl::Postgres(_) => Ok(()),
    }
}

fn is_empty(path: &std::path::Path) -> bool {
    path.metadata().is_ok_and(|file| file.is_file() && file.len() == 0)
}

/// A database that was named and is missing is made on a first run alone: later its URL is mistyped.
fn server_access(settings: &Settings, folder: &DataFolder) -> Access {
    match &settings.database {
        Some(DatabaseUrl::Sqlite(_)) if Keys::exist(folder) => Access::Server,
        Some(_) | None => Access::FirstRun,
    }
}

/// Makes keys where there are none, so that they can be put away or into apps before a server has started. If there is
/// a database, it is told of them. Answers with the files that were made.
///
/// # Errors
/// There are keys; or the database knows others, which belong here.
pub fn make_keys(settings: &Settings, now: Timestamp) -> Result<Vec<PathBuf>, Error> {
    let folder = DataFolder::at(&settings.data_dir);
    let store = match Store::open(&settings.database_url(), Access::Tool) {
        Err(mintmark_storage::Error::Missing(_)) => None,
        opened => Some(opened?),
    };
    folder.make()?;
    let is_missing = |name: &&str| !folder.holds(name);
    let missing: Vec<&str> = keys::NAMES.into_iter().filter(is_missing).collect();
    match store {
        _ if missing.is_empty() => return Err(Error::KeysExist(settings.data_dir.clone())),
        Some(store) => drop(Keys::load_or_make(&folder, &store, now)?),
        None => drop(keys::make_missing(&folder, None)?),
    }
    Ok(missing.into_iter().map(|name| folder.path(name)).collect())
}
