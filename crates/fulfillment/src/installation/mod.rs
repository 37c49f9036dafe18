//! What makes this installation itself: its data folder, its keys, and the database that knows them.

mod data_folder;
mod keys;
mod webhook_secret;

pub(crate) use data_folder::DataFolder;
pub(crate) use keys::{Keys, LICENSE_KEY_SECRET, REVOCATION_KEY, SIGNING_KEY};
pub(crate) use webhook_secret::{StoredSecret, WEBHOOK_SECRET};

use crate::settings::Settings;
use crate::{Error, Role};
use jiff::Timestamp;
use mintmark_storage::{Access, DatabaseUrl, Store};

/// The source that is given a secret of our making: it signs nothing, and lets us choose.
pub(crate) const GENERATED_FOR: &str = "gumroad";

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
