//! A public key that is safe to verify with.

use std::{fmt, str::FromStr};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{Error, KeyId, embedded, hex};

/// An Ed25519 public key, checked: its encoding is canonical and its order is not small.
///
/// Apps embed it as text, 43 characters of base64url or 64 of hexadecimal.
///
/// ```
/// use mintmark_licensing::PublicKey;
///
/// let key: PublicKey = "2152f8d19b791d24453242e15f2eab6cb7cffa7b6a5ed30097960e069881db12".parse()?;
/// assert_eq!(key.kid().to_string(), "3QW-eYXr9io");
/// assert_eq!(key.to_string(), "IVL40Zt5HSRFMkLhXy6rbLfP-ntqXtMAl5YOBpiB2xI");
/// # Ok::<(), mintmark_licensing::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PublicKey {
    bytes: [u8; 32],
}

impl PublicKey {
    /// A key from a constant of the app, 43 characters of base64url, checked while the app is compiled.
    ///
    /// ```
    /// use mintmark_licensing::PublicKey;
    ///
    /// const ACTIVE: PublicKey = PublicKey::embedded("IVL40Zt5HSRFMkLhXy6rbLfP-ntqXtMAl5YOBpiB2xI");
    /// assert_eq!(ACTIVE.kid().to_string(), "3QW-eYXr9io");
    /// ```
    ///
    /// A placeholder that was forgotten does not compile:
    ///
    /// ```compile_fail
    /// # use mintmark_licensing::PublicKey;
    /// const FORGOTTEN: PublicKey = PublicKey::embedded("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    /// # assert_eq!(FORGOTTEN.kid().to_string(), "");
    /// ```
    ///
    /// # Panics
    /// If the key is malformed or weak; in a `const` that is an error of the compiler. A key that is read while the app
    /// runs is parsed instead, which returns an [`Error`].
    pub const fn embedded(text: &str) -> Self {
        let Some(bytes) = embedded::read_32_bytes(text.as_bytes()) else {
            panic!("a public key is 32 bytes in base64url, 43 characters")
        };
        match check(&bytes) {
            Ok(()) => Self { bytes },
            Err(Error::WeakPublicKey) => panic!("the public key is weak: signatures under it can be forged"),
            Err(_) => panic!("the public key is no canonical point encoding"),
        }
    }

    /// The id by which blobs name this key.
    pub fn kid(&self) -> KeyId {
        KeyId::of(&self.bytes)
    }

    /// The 32 bytes of RFC 8032.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.bytes
    }
}

impl TryFrom<[u8; 32]> for PublicKey {
    type Error = Error;

    /// # Errors
    /// [`Error::WeakPublicKey`] for the 14 encodings of small order, all zeros among them;
    /// [`Error::InvalidPublicKey`] for any other encoding that is not canonical.
    fn try_from(bytes: [u8; 32]) -> Result<Self, Error> {
        check(&bytes)?;
        Ok(Self { bytes })
    }
}

impl FromStr for PublicKey {
    type Err = Error;

    /// # Errors
    /// [`Error::InvalidPublicKey`] for another length or alphabet, and whatever `try_from` of the bytes
    /// refuses.
    fn from_str(text: &str) -> Result<Self, Error> {
        let bytes = hex::read(text).or_else(|| URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok());
        Self::try_from(bytes.ok_or(Error::InvalidPublicKey)?)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&URL_SAFE_NO_PAD.encode(self.bytes))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PublicKey({self})")
    }
}

/// Whether the encoding is canonical and of no small order. All of it can run in the compiler, hence the loops.
const fn check(bytes: &[u8; 32]) -> Result<(), Error> {
    let mut y = *bytes;
    y[31] &= 0x7f;
    let mut index = 0;
    while index < SMALL_ORDER.len() {
        if !is_below(&y, &SMALL_ORDER[index]) && !is_below(&SMALL_ORDER[index], &y) {
            return Err(Error::WeakPublicKey);
        }
        index += 1;
    }
    if is_below(&y, &FIELD_PRIME) { Ok(()) } else { Err(Error::InvalidPublicKey) }
}

/// Compares little-endian numbers, from their last byte down.
const fn is_below(one: &[u8; 32], other: &[u8; 32]) -> bool {
    let mut index = 32;
    while index > 0 {
        index -= 1;
        if one[index] != other[index] {
            return one[index] < other[index];
        }
    }
    false
}

/// p = 2^255 - 19, little-endian.
const FIELD_PRIME: [u8; 32] = near_the_top(0xed);

/// The y coordinates of the points of order 1, 2, 4 and 8, and those two spelled a second time as p and p +
/// 1. The sign bit is cleared; with it set there are as many encodings again, 14 in all.
const SMALL_ORDER: [[u8; 32]; 7] = [
    [0; 32],
    one(),
    near_the_top(0xec),
    near_the_top(0xed),
    near_the_top(0xee),
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5,
        0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a,
        0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
    ],
];

const fn one() -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes[0] = 1;
    bytes
}

const fn near_the_top(lowest: u8) -> [u8; 32] {
    let mut bytes = [0xff; 32];
    bytes[0] = lowest;
    bytes[31] = 0x7f;
    bytes
}
