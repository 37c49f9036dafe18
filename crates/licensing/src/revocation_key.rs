//! Revoking: from licenses and keys to a signed list.

use std::collections::BTreeMap;
use std::fmt;

use crate::{
    Error, KeyId, LicenseId, Pkcs8, PublicKey, RevocationList, SigningKey,
    frame::{self, Kind},
    revocation_list::{Payload, ShortHash, short_hash},
};

/// What a revocation list is to say. Times are Unix seconds, between 1970 and the year 9999.
///
/// ```
/// use mintmark_licensing::{LicenseId, RevocationKey, Revocations};
///
/// let license: LicenseId = "d779aaeb-58f7-843b-ab06-da8a4f603948".parse()?;
/// let text = RevocationKey::from_seed(&[0x43; 32])?.sign(&Revocations {
///     serial: 7,
///     issued_at: 1_767_225_600,
///     next_update: 1_767_830_400,
///     licenses: &[(license, 2)],
///     keys: &[],
/// })?;
/// assert!(text.starts_with("DTREV1:4c7WqD2YC7M."));
/// # Ok::<(), mintmark_licensing::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Revocations<'a> {
    /// The number of the list, from 1, and one more than that of the list before.
    pub serial: u64,
    /// When it is issued.
    pub issued_at: i64,
    /// When to look for the next one; not before `issued_at`.
    pub next_update: i64,
    /// Licenses in any order, each with the smallest `seq`, from 1, that is still good.
    pub licenses: &'a [(LicenseId, u64)],
    /// Signing keys that are no longer trusted, in any order.
    pub keys: &'a [KeyId],
}

/// An Ed25519 key that signs revocation lists, and cannot sign a license. [`Debug`](fmt::Debug) shows its key id only.
///
/// It is a key of its own because it is needed whenever a license is taken back, by a machine that is on the network.
/// Whoever steals it can take licenses back, and make none.
///
/// ```
/// use mintmark_licensing::RevocationKey;
///
/// let stored = RevocationKey::generate_pkcs8()?;
/// let key = RevocationKey::from_pkcs8(stored.as_bytes())?;
/// assert_eq!(key.kid(), key.public_key().kid());
/// # Ok::<(), mintmark_licensing::Error>(())
/// ```
pub struct RevocationKey(SigningKey);

impl RevocationKey {
    /// Draws a new key from the operating system, in the form in which it is stored.
    ///
    /// # Errors
    /// [`Error::NoRandomness`] if it has none to give.
    pub fn generate_pkcs8() -> Result<Pkcs8, Error> {
        SigningKey::generate_pkcs8()
    }

    /// Reads a stored key: PKCS#8 version 2, DER.
    ///
    /// # Errors
    /// [`Error::InvalidSigningKey`] for anything else, also if private and public half do not belong together.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, Error> {
        SigningKey::from_pkcs8(der).map(Self)
    }

    /// The key of a known seed, for test vectors.
    ///
    /// # Errors
    /// [`Error::InvalidSigningKey`] if the seed yields no usable key, which none is known to do.
    pub fn from_seed(seed: &[u8; 32]) -> Result<Self, Error> {
        SigningKey::from_seed(seed).map(Self)
    }

    /// The public half, for [`Keyring::with_revocation_keys`](crate::Keyring::with_revocation_keys).
    pub fn public_key(&self) -> PublicKey {
        self.0.public_key()
    }

    /// The id by which revocation lists name this key.
    pub fn kid(&self) -> KeyId {
        self.0.kid()
    }

    /// Signs a list: the `DTREV1:` text, of at most 4 MiB, which has room for about 180,000 licenses. Pure: the same
    /// revocations and the same key yield the same bytes.
    ///
    /// # Errors
    /// [`Error::UnsignableList`] if it would break a rule of the format, which a verifier would refuse.
    pub fn sign(&self, revocations: &Revocations<'_>) -> Result<String, Error> {
        let payload =
            serde_json::to_vec(&payload(revocations)).expect("strings and integers always serialize");
        // Reading it back holds the verifier's own rules against it, so the two can never disagree.
        RevocationList::read(&payload).map_err(Error::UnsignableList)?;
        Ok(frame::sign(&Kind::REVOCATION_LIST, &self.0, &payload))
    }
}

impl fmt::Debug for RevocationKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "RevocationKey({})", self.kid())
    }
}

fn payload(revocations: &Revocations<'_>) -> Payload {
    let mut kid: Vec<String> = revocations.keys.iter().map(KeyId::to_string).collect();
    kid.sort_unstable();
    kid.dedup();
    Payload {
        n: revocations.serial,
        iat: revocations.issued_at,
        nxt: revocations.next_update,
        lic: sorted(revocations.licenses),
        kid,
    }
}

/// A license that comes twice is good from the larger of its two numbers on.
fn sorted(licenses: &[(LicenseId, u64)]) -> Vec<(String, u64)> {
    let mut smallest = BTreeMap::<ShortHash, u64>::new();
    for (id, seq) in licenses {
        let entry = smallest.entry(short_hash(*id)).or_default();
        *entry = (*entry).max(*seq);
    }
    let text = |hash: ShortHash| hash.iter().copied().map(char::from).collect();
    smallest.into_iter().map(|(hash, seq)| (text(hash), seq)).collect()
}
