//! The keys that licenses are made with, and the agreement on them with the database.

use super::audit_key::AuditKey;
use super::ring::{self, Ring};
use super::{DataFolder, rotation};
use crate::Error;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use mintmark_licensing::{LicenseKeySecret, RevocationKey, SigningKey};
use mintmark_storage::{Registration, Store};
use std::sync::Arc;
use zeroize::Zeroizing;

pub(crate) const SIGNING_KEY: &str = "signing-key.pk8";
pub(crate) const STANDBY_KEY: &str = "standby-key.pk8";
pub(crate) const REVOCATION_KEY: &str = "revocation-key.pk8";
pub(crate) const LICENSE_KEY_SECRET: &str = "license-key-secret";
pub(crate) const AUDIT_KEY: &str = "audit-key";

/// The files without which there is no installation.
pub(super) const NAMES: [&str; 4] = [SIGNING_KEY, REVOCATION_KEY, LICENSE_KEY_SECRET, AUDIT_KEY];

/// A file with a key, and its names.
struct KeyFile {
    name: &'static str,
    /// What the database calls it.
    registered_as: &'static str,
    /// What a person calls it.
    called: &'static str,
    /// The bytes of a new one.
    make: fn() -> Result<Zeroizing<Vec<u8>>, Error>,
}

const SIGNING: KeyFile = KeyFile {
    name: SIGNING_KEY,
    registered_as: ring::SIGNING,
    called: "signing key",
    make: signing_key_pkcs8,
};
const REVOCATION: KeyFile = KeyFile {
    name: REVOCATION_KEY,
    registered_as: "revocation_key",
    called: "revocation key",
    make: || Ok(Zeroizing::new(RevocationKey::generate_pkcs8()?.as_bytes().to_vec())),
};
const SECRET: KeyFile = KeyFile {
    name: LICENSE_KEY_SECRET,
    registered_as: "license_key_secret",
    called: "license-key secret",
    make: || {
        let secret = LicenseKeySecret::generate()?;
        let mut text = Zeroizing::new(vec![0; 44]);
        // 32 bytes are 43 characters; the last one is the end of the line.
        let end =
            URL_SAFE_NO_PAD.encode_slice(secret.as_bytes(), &mut text).expect("44 bytes have room for 43");
        text[end] = b'\n';
        Ok(text)
    },
};

const AUDIT: KeyFile =
    KeyFile { name: AUDIT_KEY, registered_as: "audit_key", called: "audit key", make: AuditKey::generate };

/// The signing key, the revocation key, the license-key secret and the audit key.
#[derive(Debug)]
pub(crate) struct Keys {
    /// Signs the blobs.
    pub(crate) signing: SigningKey,
    /// Signs the revocation lists.
    pub(crate) revocation: RevocationKey,
    /// Derives license keys and license ids.
    pub(crate) secret: LicenseKeySecret,
    /// Seals the audit log.
    pub(crate) audit: AuditKey,
}

impl Keys {
    /// Whether the folder holds a signing key: then this is not its first run.
    pub(crate) fn exist(folder: &DataFolder) -> bool {
        folder.holds(SIGNING_KEY)
    }

    /// The keys of an installation that has some, checked against what its database knows. From then on the store seals
    /// what it records.
    pub(crate) fn load(folder: &DataFolder, store: &Store) -> Result<Self, Error> {
        rotation::take_up(folder, store)?;
        let keys = Self::read(folder)?;
        keys.agree(folder, store)?;
        store.seal_with(Arc::new(keys.audit.clone()));
        Ok(keys)
    }

    /// Whether the files are what the database knows, as [`Keys::load`], with nothing touched.
    pub(super) fn compare(folder: &DataFolder, store: &Store) -> Result<(), Error> {
        Self::beside(folder, store).map(drop)
    }

    /// The files, if they are what the database knows; nothing is touched.
    pub(super) fn beside(folder: &DataFolder, store: &Store) -> Result<Self, Error> {
        let keys = Self::read(folder)?;
        keys.agree(folder, store)?;
        Ok(keys)
    }

    /// The audit key alone, for whoever looks after the log and mints nothing.
    pub(crate) fn load_audit_key(folder: &DataFolder, store: &Store) -> Result<AuditKey, Error> {
        let key = read_audit_key(folder)?;
        let held = key.fingerprint();
        match store.registered(AUDIT.registered_as)? {
            Some(registered) if registered == held => Ok(key),
            Some(registered) => {
                let (what, file) = (AUDIT.called, folder.path(AUDIT.name));
                Err(Error::OtherKey { what, file, registered, held })
            }
            None => Err(Error::NoAuditKey),
        }
    }

    fn agree(&self, folder: &DataFolder, store: &Store) -> Result<(), Error> {
        for (file, value) in self.registrations() {
            if let Some(registered) =
                store.registered(file.registered_as)?.filter(|registered| *registered != value)
            {
                return Err(self.differ(&file, folder, &Ring::read(store)?, registered, value));
            }
        }
        Ok(())
    }

    /// The keys of an installation; on its first run they are made, unless the database knows others.
    ///
    /// The files are written before they are registered: a registered key that nobody holds could never be
    /// replaced.
    pub(crate) fn load_or_make(folder: &DataFolder, store: &Store, now: Timestamp) -> Result<Self, Error> {
        rotation::take_up(folder, store)?;
        let made = make_missing(folder, Some(store))?;
        let keys = Self::read(folder)?;
        store.seal_with(Arc::new(keys.audit.clone()));
        for (file, value) in keys.registrations() {
            let registration = match file.name {
                AUDIT_KEY => store.begin_log(file.registered_as, &value, now),
                _ => store.register(file.registered_as, &value, now),
            };
            if let Registration::Other(registered) = registration.wait()? {
                // Another server was first: what was made here has signed nothing.
                made.iter().try_for_each(|name| folder.remove(name))?;
                return Err(keys.differ(&file, folder, &Ring::read(store)?, registered, value));
            }
        }
        Ok(keys)
    }

    /// The key in hand is not the registered one; if it was rotated away, that is the thing to know.
    fn differ(
        &self,
        file: &KeyFile,
        folder: &DataFolder,
        ring: &Ring,
        registered: String,
        held: String,
    ) -> Error {
        let (what, path) = (file.called, folder.path(file.name));
        if file.name == SIGNING_KEY && ring.has_retired(self.signing.kid()) {
            return Error::RetiredKey { file: path, registered, held };
        }
        Error::OtherKey { what, file: path, registered, held }
    }

    /// What the database is to know: never a secret, only what tells one from another.
    fn registrations(&self) -> [(KeyFile, String); 4] {
        [
            (SIGNING, self.signing.kid().to_string()),
            (REVOCATION, self.revocation.kid().to_string()),
            (SECRET, self.secret.fingerprint()),
            (AUDIT, self.audit.fingerprint()),
        ]
    }

    fn read(folder: &DataFolder) -> Result<Self, Error> {
        let read = |name| folder.read_secret(name)?.ok_or_else(|| Error::NoKeys(folder.path(name)));
        let broken = |name| Error::BrokenFile(folder.path(name));
        let signing = read_signing_key(folder, SIGNING_KEY)?;
        let revocation =
            RevocationKey::from_pkcs8(&read(REVOCATION_KEY)?).map_err(|_| broken(REVOCATION_KEY))?;
        let secret = Zeroizing::new(
            URL_SAFE_NO_PAD.decode(read(LICENSE_KEY_SECRET)?.trim_ascii()).unwrap_or_default(),
        );
        let secret = secret.as_slice().try_into().map_err(|_| broken(LICENSE_KEY_SECRET))?;
        let audit = read_audit_key(folder)?;
        Ok(Self { signing, revocation, secret: LicenseKeySecret::from_bytes(secret), audit })
    }
}

/// The signing key, active or not, in a file of the folder.
pub(super) fn read_signing_key(folder: &DataFolder, name: &str) -> Result<SigningKey, Error> {
    let bytes = folder.read_secret(name)?.ok_or_else(|| Error::NoKeys(folder.path(name)))?;
    SigningKey::from_pkcs8(&bytes).map_err(|_| Error::BrokenFile(folder.path(name)))
}

/// The audit key of the folder.
pub(super) fn read_audit_key(folder: &DataFolder) -> Result<AuditKey, Error> {
    let text = folder.read_secret(AUDIT_KEY)?.ok_or_else(|| Error::NoKeys(folder.path(AUDIT_KEY)))?;
    AuditKey::parse(&text).ok_or_else(|| Error::BrokenFile(folder.path(AUDIT_KEY)))
}

/// The bytes of a new signing key.
pub(super) fn signing_key_pkcs8() -> Result<Zeroizing<Vec<u8>>, Error> {
    Ok(Zeroizing::new(SigningKey::generate_pkcs8()?.as_bytes().to_vec()))
}

/// Makes what is missing of them, and says what it made. A key that the database knows is not made but missed.
pub(super) fn make_missing(folder: &DataFolder, store: Option<&Store>) -> Result<Vec<&'static str>, Error> {
    let mut made = Vec::new();
    for file in [SIGNING, REVOCATION, SECRET, AUDIT] {
        if folder.holds(file.name) {
            continue;
        }
        let registered = store.map(|store| store.registered(file.registered_as)).transpose()?;
        if let Some(registered) = registered.flatten() {
            let (what, file) = (file.called, folder.path(file.name));
            return Err(Error::KeyElsewhere { what, file, registered });
        }
        folder.create(file.name, &(file.make)()?)?;
        made.push(file.name);
    }
    Ok(made)
}
