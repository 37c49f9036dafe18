//! The public keys an app trusts.

use crate::{Error, KeyId, PublicKey};

/// The keys whose signatures count, each for one use: signing keys for licenses, revocation keys for revocation
/// lists. Give it two signing keys from the first day: the active one, and a standby for the day of rotation.
///
/// ```
/// use mintmark_licensing::{Error, Keyring, PublicKey};
///
/// let key: PublicKey = "IVL40Zt5HSRFMkLhXy6rbLfP-ntqXtMAl5YOBpiB2xI".parse()?;
/// assert!(Keyring::new([key]).is_ok());
/// assert_eq!(Keyring::new([key, key]).unwrap_err(), Error::DuplicateKey(key.kid()));
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Keyring {
    signing: Vec<(KeyId, PublicKey)>,
    revocation: Vec<(KeyId, PublicKey)>,
}

impl Keyring {
    /// A ring of these signing keys, in any order.
    ///
    /// # Errors
    /// [`Error::EmptyKeyring`] without a key, [`Error::DuplicateKey`] if one comes twice.
    pub fn new(keys: impl IntoIterator<Item = PublicKey>) -> Result<Self, Error> {
        let mut ring = Self { signing: Vec::new(), revocation: Vec::new() };
        for key in keys {
            ring.refuse_known(key)?;
            ring.signing.push((key.kid(), key));
        }
        if ring.signing.is_empty() { Err(Error::EmptyKeyring) } else { Ok(ring) }
    }

    /// The same ring, in which these keys prove revocation lists, and nothing else.
    ///
    /// # Errors
    /// [`Error::DuplicateKey`] if one comes twice, or is in the ring already: no key has two uses.
    pub fn with_revocation_keys(mut self, keys: impl IntoIterator<Item = PublicKey>) -> Result<Self, Error> {
        for key in keys {
            self.refuse_known(key)?;
            self.revocation.push((key.kid(), key));
        }
        Ok(self)
    }

    /// The signing key of this id, if the ring holds it.
    pub fn find(&self, kid: KeyId) -> Option<&PublicKey> {
        find(&self.signing, kid)
    }

    pub(crate) fn find_revocation_key(&self, kid: KeyId) -> Option<&PublicKey> {
        find(&self.revocation, kid)
    }

    fn refuse_known(&self, key: PublicKey) -> Result<(), Error> {
        let is_known = self.find(key.kid()).is_some() || self.find_revocation_key(key.kid()).is_some();
        if is_known { Err(Error::DuplicateKey(key.kid())) } else { Ok(()) }
    }
}

fn find(keys: &[(KeyId, PublicKey)], kid: KeyId) -> Option<&PublicKey> {
    keys.iter().find(|(known, _)| *known == kid).map(|(_, key)| key)
}
