//! The keys that licenses are made with, and the agreement on them with the database.

use super::DataFolder;
use crate::Error;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use mintmark_licensing::{LicenseKeySecret, SigningKey};
use mintmark_storage::{Registration, Store};
use zeroize::Zeroizing;

pub(crate) const SIGNING_KEY: &str = "signing-key.pk8";
pub(crate) const LICENSE_KEY_SECRET: &str = "license-key-secret";

/// What the database calls the two.
const REGISTERED_KEY: &str = "signing_key";
const REGISTERED_SECRET: &str = "license_key_secret";

/// The signing key and the license-key secret.
#[derive(Debug)]
pub(crate) struct Keys {
    /// Signs the blobs.
    pub(crate) signing: SigningKey,
    /// Derives license keys and license ids.
    pub(crate) secret: LicenseKeySecret,
}

impl Keys {
    /// Whether the folder holds a signing key: then this is not its first run.
    pub(crate) fn exist(folder: &DataFolder) -> bool {
        folder.holds(SIGNING_KEY)
    }

    /// The keys of an installation that has some, checked against what its database knows.
    pub(crate) fn load(folder: &DataFolder, store: &Store) -> Result<Self, Error> {
        let keys = Self::read(folder)?;
        for (name, value, file) in keys.registrations() {
            if let Some(registered) = store.registered(name)?.filter(|registered| *registered != value) {
                return Err(Error::OtherKey {
                    what: called(file),
                    file: folder.path(file),
                    registered,
                    held: value,
                });
            }
        }
        Ok(keys)
    }

    /// The keys of an installation; on its first run they are made, unless the database knows others.
    ///
    /// The files are written before they are registered: a registered key that nobody holds could never be
    /// replaced.
    pub(crate) fn load_or_make(folder: &DataFolder, store: &Store, now: Timestamp) -> Result<Self, Error> {
        let made = make_missing(folder, store)?;
        let keys = Self::read(folder)?;
        for (name, value, file) in keys.registrations() {
            if let Registration::Other(registered) = store.register(name, &value, now).wait()? {
                // Another server was first: what was made here has signed nothing.
                made.iter().try_for_each(|name| folder.remove(name))?;
                return Err(Error::OtherKey {
                    what: called(file),
                    file: folder.path(file),
                    registered,
                    held: value,
                });
            }
        }
        Ok(keys)
    }

    /// What the database is to know: never a secret, only what tells one from another.
    fn registrations(&self) -> [(&'static str, String, &'static str); 2] {
        [
            (REGISTERED_KEY, self.signing.kid().to_string(), SIGNING_KEY),
            (REGISTERED_SECRET, self.secret.fingerprint(), LICENSE_KEY_SECRET),
        ]
    }

    fn read(folder: &DataFolder) -> Result<Self, Error> {
        let read = |name| folder.read(name)?.ok_or_else(|| Error::NoKeys(folder.path(name)));
        let broken = |name| Error::BrokenFile(folder.path(name));
        let signing = SigningKey::from_pkcs8(&read(SIGNING_KEY)?).map_err(|_| broken(SIGNING_KEY))?;
        let secret = Zeroizing::new(
            URL_SAFE_NO_PAD.decode(read(LICENSE_KEY_SECRET)?.trim_ascii()).unwrap_or_default(),
        );
        let secret = secret.as_slice().try_into().map_err(|_| broken(LICENSE_KEY_SECRET))?;
        Ok(Self { signing, secret: LicenseKeySecret::from_bytes(secret) })
    }
}

/// Makes what is missing of the two, and says what it made.
fn make_missing(folder: &DataFolder, store: &Store) -> Result<Vec<&'static str>, Error> {
    let mut made = Vec::new();
    if !folder.holds(SIGNING_KEY) {
        refuse_if_registered(store, REGISTERED_KEY, folder, SIGNING_KEY)?;
        folder.create(SIGNING_KEY, SigningKey::generate_pkcs8()?.as_bytes())?;
        made.push(SIGNING_KEY);
    }
    if !folder.holds(LICENSE_KEY_SECRET) {
        refuse_if_registered(store, REGISTERED_SECRET, folder, LICENSE_KEY_SECRET)?;
        let secret = LicenseKeySecret::generate()?;
        let text = Zeroizing::new(format!("{}\n", URL_SAFE_NO_PAD.encode(secret.as_bytes())));
        folder.create(LICENSE_KEY_SECRET, text.as_bytes())?;
        made.push(LICENSE_KEY_SECRET);
    }
    Ok(made)
}

/// What a person calls the secret in a file.
fn called(file: &str) -> &'static str {
    if file == SIGNING_KEY { "signing key" } else { "license-key secret" }
}

fn refuse_if_registered(store: &Store, name: &str, folder: &DataFolder, file: &str) -> Result<(), Error> {
    match store.registered(name)? {
        Some(registered) => {
            Err(Error::KeyElsewhere { what: called(file), file: folder.path(file), registered })
        }
        None => Ok(()),
    }
}
