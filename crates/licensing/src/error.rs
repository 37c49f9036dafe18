//! What can go wrong while keys are read or licenses minted.

use crate::KeyId;

/// Why a key, a name or a grant was refused. A refused *blob* is a [`Rejected`](crate::Rejected) instead.
///
/// No variant carries the refused text: it may be a secret that was pasted into the wrong field.
///
/// ```
/// use mintmark_licensing::{Error, LicenseKey, PublicKey};
///
/// assert_eq!("0".repeat(64).parse::<PublicKey>(), Err(Error::WeakPublicKey));
/// let typed = "DT1-CORE-XAHNW-KF2M0-55FP9-1EKNY".parse::<LicenseKey>();
/// assert_eq!(typed, Err(Error::MistypedLicenseKey));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system gave no random bytes.
    #[error("the operating system gave no random bytes")]
    NoRandomness,
    /// Not a mode: neither `live` nor `test`.
    #[error("a mode is live or test")]
    InvalidMode,
    /// Not a product line.
    #[error("a product line is 1 to 16 characters of A-Z and 0-9")]
    InvalidLine,
    /// Not a tier.
    #[error("a tier is 1 to 16 characters of a-z and 0-9")]
    InvalidTier,
    /// Not a license id in its one spelling.
    #[error("a license id is a UUID in lower case with dashes")]
    InvalidLicenseId,
    /// Not of the shape of a license key.
    #[error(
        "a license key is a product line, a tier and 20 characters, such as DT1-CORE-XXXXX-XXXXX-XXXXX-XXXXX"
    )]
    InvalidLicenseKey,
    /// Shaped like a license key, with at least one wrong character.
    #[error("the license key is mistyped: its last character does not match the others")]
    MistypedLicenseKey,
    /// Not PKCS#8 version 2 of an Ed25519 key, or one whose two halves do not match.
    #[error("not an Ed25519 private key in PKCS#8 version 2")]
    InvalidSigningKey,
    /// Neither 43 characters of base64url nor 64 of hexadecimal, or no canonical point encoding.
    #[error("a public key is 32 bytes in base64url (43 characters) or hexadecimal (64 characters)")]
    InvalidPublicKey,
    /// One of the 14 encodings under which signatures can be forged, such as 32 zero bytes.
    #[error("the public key is weak: signatures under it can be forged")]
    WeakPublicKey,
    /// A key ring with no key would refuse every license.
    #[error("a key ring needs at least one public key")]
    EmptyKeyring,
    /// The same public key, or two with one key id, in a ring.
    #[error("the key {0} is in the key ring twice")]
    DuplicateKey(KeyId),
    /// Not a line of stored marks, as it was written.
    #[error("not a line of marks as this library writes them")]
    InvalidMarks,
    /// A grant that breaks a rule of the format, in the words of that rule.
    #[error("this license may not be signed: {0}")]
    UnsignableGrant(&'static str),
    /// Revocations that break a rule of the format, in the words of that rule.
    #[error("this revocation list may not be signed: {0}")]
    UnsignableList(&'static str),
}
