//! The signing keys of an installation, past, present and future, as its database knows them.

use super::{DataFolder, Keys};
use crate::Error;
use crate::settings::Settings;
use mintmark_licensing::{KeyId, PublicKey};
use mintmark_storage::{Access, Store};
use std::collections::BTreeMap;

pub(super) const SIGNING: &str = "signing_key";
pub(super) const STANDBY: &str = "standby_key";
/// These are followed by a key id; the value is the public key.
const RETIRED: &str = "retired_key:";
const DISTRUSTED: &str = "distrusted_key:";

/// The public keys of an installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKeys {
    /// Signs licenses.
    pub active: PublicKey,
    /// Will sign licenses after the next rotation; apps embed it beforehand.
    pub standby: Option<PublicKey>,
    /// Have signed licenses, and still prove them.
    pub retired: Vec<PublicKey>,
    /// Have signed licenses, and may be in other hands: the revocation list names them.
    pub distrusted: Vec<PublicKey>,
    /// Signs revocation lists.
    pub revocation: PublicKey,
}

/// What the database knows of signing keys that do not sign now.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ring {
    /// The key id that is registered for signing.
    pub(super) active: Option<String>,
    pub(super) standby: Option<PublicKey>,
    /// Every key that has signed, whether it is trusted or not.
    pub(super) retired: Vec<PublicKey>,
    pub(crate) distrusted: Vec<PublicKey>,
}

impl Ring {
    pub(crate) fn read(store: &Store) -> Result<Self, Error> {
        let rows = store.registrations()?;
        Ok(Self {
            active: rows.get(SIGNING).cloned(),
            standby: rows.get(STANDBY).map(|key| key.parse()).transpose()?,
            retired: under(&rows, RETIRED)?,
            distrusted: under(&rows, DISTRUSTED)?,
        })
    }

    /// Whether a key of this id has signed licenses, and does not any more.
    pub(super) fn has_retired(&self, kid: KeyId) -> bool {
        self.retired.iter().any(|key| key.kid() == kid)
    }

    /// Every key that has signed licenses, and does not any more.
    pub(crate) fn retired(&self) -> &[PublicKey] {
        &self.retired
    }

    /// The ids of the distrusted keys.
    pub(crate) fn distrusted_ids(&self) -> Vec<KeyId> {
        self.distrusted.iter().map(PublicKey::kid).collect()
    }
}

impl PublicKeys {
    /// Reads them beside whatever server is running.
    ///
    /// # Errors
    /// Keys or database are not to be had, or do not fit together.
    pub fn read(settings: &Settings) -> Result<Self, Error> {
        let store = Store::open(&settings.database_url(), Access::Tool)?;
        let keys = Keys::load(&DataFolder::at(&settings.data_dir), &store)?;
        Self::of(&keys, &store)
    }

    /// As [`PublicKeys::read`], of any folder and database; nothing is touched.
    pub(crate) fn beside(folder: &DataFolder, store: &Store) -> Result<Self, Error> {
        Self::of(&Keys::beside(folder, store)?, store)
    }

    fn of(keys: &Keys, store: &Store) -> Result<Self, Error> {
        let Ring { standby, retired, distrusted, .. } = Ring::read(store)?;
        let retired = retired.into_iter().filter(|key| !distrusted.contains(key)).collect();
        let (active, revocation) = (keys.signing.public_key(), keys.revocation.public_key());
        Ok(Self { active, standby, retired, distrusted, revocation })
    }
}

/// What the database is to know of a key that signs no longer.
pub(super) fn retirement(key: PublicKey) -> (String, String) {
    (format!("{RETIRED}{}", key.kid()), key.to_string())
}

/// What the database is to know of a key that may be in other hands.
pub(super) fn distrust(key: PublicKey) -> (String, String) {
    (format!("{DISTRUSTED}{}", key.kid()), key.to_string())
}

fn under(rows: &BTreeMap<String, String>, prefix: &str) -> Result<Vec<PublicKey>, Error> {
    let rows = rows.iter().filter(|(name, _)| name.starts_with(prefix));
    Ok(rows.map(|(_, key)| key.parse()).collect::<Result<_, _>>()?)
}
