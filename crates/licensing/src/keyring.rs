//! The public keys an app trusts.

use crate::{Error, KeyId, PublicKey};

/// The keys whose signatures count. Give it two from the first day: the active one, and a standby for the day
/// of rotation.
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
pub struct Keyring(Vec<PublicKey>);

impl Keyring {
    /// A ring of these keys, in any order.
    ///
    /// # Errors
    /// [`Error::EmptyKeyring`] without a key, [`Error::DuplicateKey`] if one comes twice.
    pub fn new(keys: impl IntoIterator<Item = PublicKey>) -> Result<Self, Error> {
        let mut ring = Self(Vec::new());
        for key in keys {
            if ring.find(key.kid()).is_some() {
                return Err(Error::DuplicateKey(key.kid()));
            }
            ring.0.push(key);
        }
        if ring.0.is_empty() { Err(Error::EmptyKeyring) } else { Ok(ring) }
    }

    /// The key of this id, if the ring holds it.
    pub fn find(&self, kid: KeyId) -> Option<&PublicKey> {
        self.0.iter().find(|key| key.kid() == kid)
    }
}
