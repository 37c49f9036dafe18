//! The frame of whatever we sign: a prefix, kid `.` payload `.` signature.

use base64::{DecodeError, Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use ring::signature::{ED25519, UnparsedPublicKey};

use crate::{KeyId, PublicKey, Rejected, SigningKey};

const KID_LENGTH: usize = 11;
const SIGNATURE_LENGTH: usize = 86;

/// What a frame holds. The prefix is signed as well, so a text of one kind never passes for one of another.
pub(crate) struct Kind {
    prefix: &'static str,
    /// In bytes, white space at the ends left out.
    longest: usize,
}

impl Kind {
    pub(crate) const LICENSE: Self = Self { prefix: "DTLIC2:", longest: 4096 };
    pub(crate) const REVOCATION_LIST: Self = Self { prefix: "DTREV1:", longest: 4 * 1024 * 1024 };
}

/// A frame taken apart. Nothing in it is to be believed before its signature is checked.
pub(crate) struct Frame<'a> {
    pub(crate) kid: KeyId,
    pub(crate) payload: Vec<u8>,
    pub(crate) signature: [u8; 64],
    /// The text as transported, up to the last dot.
    pub(crate) signed: &'a [u8],
}

impl<'a> Frame<'a> {
    /// Takes `text` apart, trimming white space at its ends and forgiving nothing else.
    pub(crate) fn read(kind: &Kind, text: &'a str) -> Result<Self, Rejected> {
        let text = text.trim();
        let start = kind.prefix.len();
        check_prefix(kind.prefix, text)?;
        if text.len() > kind.longest {
            return Err(Rejected::TooLong);
        }
        check_alphabet(text, start)?;
        let (first, last) = find_dots(text, start + KID_LENGTH)?;
        Ok(Self {
            kid: KeyId::from_bytes(decode_exactly(text, start, first)?),
            payload: decode(text, first + 1, last)?,
            signature: decode_exactly(text, last + 1, text.len())?,
            signed: &text.as_bytes()[..last],
        })
    }

    /// Whether `key` signed it; `None` is a key that is not in the ring.
    pub(crate) fn check_signature(&self, key: Option<&PublicKey>) -> Result<(), Rejected> {
        let key = key.ok_or(Rejected::UnknownKey { kid: self.kid })?;
        UnparsedPublicKey::new(&ED25519, key.as_bytes())
            .verify(self.signed, &self.signature)
            .map_err(|_| Rejected::BadSignature)
    }
}

/// Frames and signs a payload.
pub(crate) fn sign(kind: &Kind, key: &SigningKey, payload: &[u8]) -> String {
    let mut text = format!("{}{}.{}", kind.prefix, key.kid(), URL_SAFE_NO_PAD.encode(payload));
    let signature = key.sign(text.as_bytes());
    text.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut text);
    text
}

/// How long a payload may be for its frame to be read.
pub(crate) const fn longest_payload(kind: &Kind) -> usize {
    let dots = 2;
    (kind.longest - kind.prefix.len() - KID_LENGTH - SIGNATURE_LENGTH - dots) / 4 * 3
}

fn check_prefix(prefix: &str, text: &str) -> Result<(), Rejected> {
    if text.starts_with(prefix) {
        return Ok(());
    }
    let family = prefix.trim_end_matches(|end: char| end == ':' || end.is_ascii_digit());
    let version = text.strip_prefix(family).and_then(|rest| rest.split_once(':'));
    match version {
        Some((digits, _)) if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            Err(Rejected::UnsupportedVersion)
        }
        _ => Err(Rejected::NotALicense),
    }
}

fn check_alphabet(text: &str, start: usize) -> Result<(), Rejected> {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    match text.bytes().skip(start).position(|byte| !known(byte)) {
        Some(offset) => Err(Rejected::BadCharacter { at: start + offset }),
        None => Ok(()),
    }
}

/// Where the two dots are, the first at `expected`, once every part has its length. A third dot would stand in the
/// signature, and base64 has none.
fn find_dots(text: &str, expected: usize) -> Result<(usize, usize), Rejected> {
    let mut dots = text.match_indices('.').map(|(at, _)| at);
    let first = dots.next().unwrap_or(text.len());
    if first != expected && text.len() > expected {
        return Err(Rejected::BadCharacter { at: first.min(expected) });
    }
    let last = dots.next().ok_or(Rejected::Truncated)?;
    let end = last + 1 + SIGNATURE_LENGTH;
    match text.len() {
        length if length < end => Err(Rejected::Truncated),
        length if length > end => Err(Rejected::BadCharacter { at: end }),
        _ => Ok((first, last)),
    }
}

fn decode_exactly<const N: usize>(text: &str, start: usize, end: usize) -> Result<[u8; N], Rejected> {
    decode(text, start, end)?.try_into().map_err(|_| Rejected::Truncated)
}

fn decode(text: &str, start: usize, end: usize) -> Result<Vec<u8>, Rejected> {
    URL_SAFE_NO_PAD.decode(&text[start..end]).map_err(|error| match error {
        DecodeError::InvalidByte(offset, _) | DecodeError::InvalidLastSymbol(offset, _) => {
            Rejected::BadCharacter { at: start + offset }
        }
        DecodeError::InvalidLength(_) | DecodeError::InvalidPadding => Rejected::Truncated,
    })
}
