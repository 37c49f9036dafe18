//! Which licenses and which keys are no longer good, once it is proved.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

use crate::{
    KeyId, License, LicenseId,
    frame::{Kind, longest_payload},
    rules::{is_time, rule},
    strict_json,
};

/// A revocation list. There is no other way to one than [`Verified`](crate::Verified), by
/// [`Keyring::verify_revocation_list`](crate::Keyring::verify_revocation_list).
///
/// It knows no clock and no other list. Two things are therefore the app's part: to keep the highest
/// [`serial`](Self::serial) it has seen and refuse a smaller one, and to go on with the list it has while there is no
/// newer one. A list that is absent or old revokes what it revokes, and nothing else.
///
/// ```
/// use mintmark_licensing::{Keyring, Verifier};
///
/// # let blob = "DTLIC2:3QW-eYXr9io.eyJsaWQiOiIwMTk4ZjBjMi03YjFlLTdjM2EtOWQ1NS0zZjFjMmE3YmUwZDQiLCJwcmQiOiJEVDEiLCJ0aWVyIjoiQ09SRSIsInNlcSI6MSwiaWF0IjoxNzY3MjI1NjAwLCJleHAiOjE3OTg3NjE2MDAsImVudCI6WyJiYXRjaCIsImNvcmUiLCJleHBvcnQtY3N2Il0sInN1YiI6ImphbmUuZG9lQGV4YW1wbGUuY29tIn0.fNRckmsQCH4sPKafXq_aBzvnF5wQTQzUoutq8ODa5iZxmEE8YHSxP2RnUGC8ksJvePsqzziCQrr1p9rAFLxQCQ";
/// # let text = "DTREV1:4c7WqD2YC7M.eyJuIjo3LCJpYXQiOjE3NjcyMjU2MDAsIm54dCI6MTc2NzgzMDQwMCwibGljIjpbWyJpWktQSmZESllsMCIsMV0sWyJtZ0dFdVhaQ05aVSIsMl1dLCJraWQiOlsiQUFFQ0F3UUZCZ2MiXX0.l589gyZxxYJgFGRyQ1QsU2rafU0INwfWDivt_WpV5GLyn8xvVPeJaIxgrNeoMVPw-Lygamyn_Y5tQMbba7kxDQ";
/// let ring = Keyring::new(["IVL40Zt5HSRFMkLhXy6rbLfP-ntqXtMAl5YOBpiB2xI".parse()?])?
///     .with_revocation_keys(["Ivwpd5Lwtv_Av8_bftsMCqFOAlo2XsDjQuhuOCnLdLY".parse()?])?;
/// let list = ring.verify_revocation_list(text)?;
/// assert_eq!((list.serial(), list.issued_at(), list.next_update()), (7, 1_767_225_600, 1_767_830_400));
/// assert_eq!((list.license_count(), list.revoked_keys().len()), (2, 1));
/// assert!(list.revokes(&*Verifier::new(&ring, "DT1".parse()?).verify(blob)?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct RevocationList {
    serial: u64,
    issued_at: i64,
    next_update: i64,
    /// Sorted by the first.
    licenses: Vec<(ShortHash, u64)>,
    keys: Vec<KeyId>,
}

impl RevocationList {
    /// The number of the list (`n`), from 1; it grows by one with every list. Keep the highest you have seen, and refuse
    /// a list with a smaller one: it is genuine, and somebody has kept it from before a revocation.
    pub fn serial(&self) -> u64 {
        self.serial
    }

    /// When it was issued (`iat`), in Unix seconds.
    pub fn issued_at(&self) -> i64 {
        self.issued_at
    }

    /// When to look for the next one (`nxt`), in Unix seconds. A list past that time is old, not void.
    pub fn next_update(&self) -> i64 {
        self.next_update
    }

    /// Whether this blob of a license is taken back: a newer one was issued in its place, the license is no longer
    /// good, or the key that signed it is no longer trusted.
    ///
    /// Ask it of the newest blob you have. That of a license that runs again has a higher
    /// [`seq`](License::seq), or its license has left the list.
    pub fn revokes(&self, license: &License) -> bool {
        self.keys.contains(&license.signed_by())
            || self.smallest_seq(license.id()).is_some_and(|smallest| license.seq() < smallest)
    }

    /// How many licenses it names.
    pub fn license_count(&self) -> usize {
        self.licenses.len()
    }

    /// The signing keys that are no longer trusted (`kid`).
    pub fn revoked_keys(&self) -> &[KeyId] {
        &self.keys
    }

    fn smallest_seq(&self, id: LicenseId) -> Option<u64> {
        let place = self.licenses.binary_search_by_key(&short_hash(id), |(hash, _)| *hash).ok()?;
        self.licenses.get(place).map(|(_, smallest)| *smallest)
    }

    /// Reads a payload and holds every rule of the format against it. The error names the broken rule.
    pub(crate) fn read(json: &[u8]) -> Result<Self, &'static str> {
        rule(json.len() <= longest_payload(&Kind::REVOCATION_LIST), "the list is at most 4 MiB")?;
        let payload: Payload =
            strict_json::read(json).ok_or("the payload is strict JSON with every required field")?;
        rule(payload.n >= 1, "n is at least 1")?;
        rule(is_time(payload.iat) && is_time(payload.nxt), "times lie between 1970 and the year 9999")?;
        rule(payload.iat <= payload.nxt, "nxt is not before iat")?;
        Ok(Self {
            serial: payload.n,
            issued_at: payload.iat,
            next_update: payload.nxt,
            licenses: read_licenses(&payload.lic)?,
            keys: read_keys(&payload.kid)?,
        })
    }
}

/// Leaves the licenses out: there may be a hundred thousand.
impl fmt::Debug for RevocationList {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("RevocationList");
        shown
            .field("serial", &self.serial)
            .field("license_count", &self.licenses.len())
            .field("revoked_keys", &self.keys)
            .finish_non_exhaustive()
    }
}

/// The fields in the order in which they are written. All of them are required.
#[derive(Serialize, Deserialize)]
pub(crate) struct Payload {
    pub(crate) n: u64,
    pub(crate) iat: i64,
    pub(crate) nxt: i64,
    /// Sorted by the hash's text, no hash twice.
    pub(crate) lic: Vec<(String, u64)>,
    pub(crate) kid: Vec<String>,
}

/// The first 8 bytes of the SHA-256 of a license id's text, as the text that the list has: 11 characters of base64url,
/// which sort otherwise than the bytes they stand for.
pub(crate) type ShortHash = [u8; 11];

pub(crate) fn short_hash(id: LicenseId) -> ShortHash {
    let digest = digest(&SHA256, id.to_string().as_bytes());
    let mut text = [0; 11];
    URL_SAFE_NO_PAD
        .encode_slice(&digest.as_ref()[..8], &mut text)
        .expect("8 bytes are 11 characters of base64url");
    text
}

fn read_licenses(entries: &[(String, u64)]) -> Result<Vec<(ShortHash, u64)>, &'static str> {
    let words = "an entry is 8 bytes in base64url and a seq from 1";
    let licenses: Vec<(ShortHash, u64)> = entries
        .iter()
        .map(|(text, smallest)| {
            eight_bytes(text)?;
            Some((text.as_bytes().try_into().ok()?, *smallest)).filter(|_| *smallest >= 1)
        })
        .collect::<Option<_>>()
        .ok_or(words)?;
    rule(licenses.is_sorted_by(|(one, _), (next, _)| one < next), "lic is sorted and has nothing twice")?;
    Ok(licenses)
}

fn read_keys(texts: &[String]) -> Result<Vec<KeyId>, &'static str> {
    let keys: Vec<KeyId> = texts
        .iter()
        .map(|text| eight_bytes(text).map(KeyId::from_bytes))
        .collect::<Option<_>>()
        .ok_or("a kid is 8 bytes in base64url")?;
    let mut sorted = keys.clone();
    sorted.sort_unstable();
    rule(sorted.is_sorted_by(|one, next| one < next), "kid has nothing twice")?;
    Ok(keys)
}

/// What 11 characters of base64url stand for, in their one spelling.
fn eight_bytes(text: &str) -> Option<[u8; 8]> {
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}
