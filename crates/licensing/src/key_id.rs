//! The short name of a public key.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::digest;

/// A key id: the first 8 bytes of a domain-separated SHA-256 over the public key, shown as 11 characters of
/// base64url.
///
/// It tells which key to check with. It proves nothing: only the signature does.
///
/// ```
/// use mintmark_licensing::PublicKey;
///
/// let key: PublicKey = "IVL40Zt5HSRFMkLhXy6rbLfP-ntqXtMAl5YOBpiB2xI".parse()?;
/// assert_eq!(key.kid().to_string(), "3QW-eYXr9io");
/// # Ok::<(), mintmark_licensing::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; 8]);

impl KeyId {
    pub(crate) fn from_bytes(bytes: [u8; 8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn of(public_key: &[u8; 32]) -> Self {
        let mut context = digest::Context::new(&digest::SHA256);
        context.update(b"DTLIC2 key id v1\0");
        context.update(public_key);
        Self(*context.finish().as_ref().first_chunk().expect("SHA-256 yields 32 bytes"))
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "KeyId({self})")
    }
}
