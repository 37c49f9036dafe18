//! The private half of a key pair.

use std::fmt;

use ring::{
    rand::SystemRandom,
    signature::{Ed25519KeyPair, KeyPair, Signature},
};
use zeroize::Zeroizing;

use crate::{Error, KeyId, PublicKey};

/// An Ed25519 key that signs licenses. [`Debug`](fmt::Debug) shows its key id only.
///
/// ```
/// use mintmark_licensing::SigningKey;
///
/// let stored = SigningKey::generate_pkcs8()?;
/// let key = SigningKey::from_pkcs8(stored.as_bytes())?;
/// assert_eq!(key.kid(), key.public_key().kid());
/// # Ok::<(), mintmark_licensing::Error>(())
/// ```
pub struct SigningKey {
    pair: Ed25519KeyPair,
    public_key: PublicKey,
    /// Hashed once, not for each license.
    kid: KeyId,
}

impl SigningKey {
    /// Draws a new key from the operating system, in the form in which it is stored.
    ///
    /// # Errors
    /// [`Error::NoRandomness`] if it has none to give.
    pub fn generate_pkcs8() -> Result<Pkcs8, Error> {
        let document =
            Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).map_err(|_| Error::NoRandomness)?;
        Ok(Pkcs8(Zeroizing::new(document.as_ref().to_vec())))
    }

    /// Reads a stored key: PKCS#8 version 2, DER.
    ///
    /// # Errors
    /// [`Error::InvalidSigningKey`] for anything else, also if private and public half do not belong
    /// together.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, Error> {
        Self::from_pair(Ed25519KeyPair::from_pkcs8(der).map_err(|_| Error::InvalidSigningKey)?)
    }

    /// The key of a known seed, for test vectors.
    ///
    /// # Errors
    /// [`Error::InvalidSigningKey`] if the seed yields no usable key, which none is known to do.
    pub fn from_seed(seed: &[u8; 32]) -> Result<Self, Error> {
        Self::from_pair(Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| Error::InvalidSigningKey)?)
    }

    /// The public half, to embed in apps.
    pub fn public_key(&self) -> PublicKey {
        self.public_key
    }

    /// The id by which blobs name this key.
    pub fn kid(&self) -> KeyId {
        self.kid
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Signature {
        self.pair.sign(message)
    }

    fn from_pair(pair: Ed25519KeyPair) -> Result<Self, Error> {
        let bytes: [u8; 32] = pair.public_key().as_ref().try_into().map_err(|_| Error::InvalidSigningKey)?;
        let public_key = PublicKey::try_from(bytes)?;
        Ok(Self { pair, public_key, kid: public_key.kid() })
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SigningKey({})", self.kid())
    }
}

/// A signing key as it is stored: PKCS#8 version 2, DER. Wiped from memory when dropped.
///
/// ```
/// use mintmark_licensing::SigningKey;
///
/// let stored = SigningKey::generate_pkcs8()?;
/// assert!(SigningKey::from_pkcs8(stored.as_bytes()).is_ok());
/// assert_eq!(format!("{stored:?}"), "Pkcs8(…)");
/// # Ok::<(), mintmark_licensing::Error>(())
/// ```
pub struct Pkcs8(Zeroizing<Vec<u8>>);

impl Pkcs8 {
    /// The DER bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Pkcs8 {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Pkcs8(…)")
    }
}
