//! The frame of a blob: `DTLIC2:` kid `.` payload `.` signature.

use base64::{DecodeError, Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{KeyId, Rejected, SigningKey};

const PREFIX: &str = "DTLIC2:";
const LONGEST: usize = 4096;
const KID_LENGTH: usize = 11;
const SIGNATURE_LENGTH: usize = 86;

/// A blob taken apart. Nothing in it is to be believed before its signature is checked.
pub(crate) struct Blob<'a> {
    pub(crate) kid: KeyId,
    pub(crate) payload: Vec<u8>,
    pub(crate) signature: [u8; 64],
    /// The text as transported, up to the last dot.
    pub(crate) signed: &'a [u8],
}

impl<'a> Blob<'a> {
    /// Takes `text` apart, trimming white space at its ends and forgiving nothing else.
    pub(crate) fn read(text: &'a str) -> Result<Self, Rejected> {
        let text = text.trim();
        check_prefix(text)?;
        if text.len() > LONGEST {
            return Err(Rejected::TooLong);
        }
        check_alphabet(text)?;
        let (first, last) = find_dots(text)?;
        Ok(Self {
            kid: KeyId::from_bytes(decode_exactly(text, PREFIX.len(), first)?),
            payload: decode(text, first + 1, last)?,
            signature: decode_exactly(text, last + 1, text.len())?,
            signed: &text.as_bytes()[..last],
        })
    }
}

/// Frames and signs a payload.
pub(crate) fn sign(key: &SigningKey, payload: &[u8]) -> String {
    let mut blob = format!("{PREFIX}{}.{}", key.kid(), URL_SAFE_NO_PAD.encode(payload));
    let signature = key.sign(blob.as_bytes());
    blob.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut blob);
    blob
}

fn check_prefix(text: &str) -> Result<(), Rejected> {
    if text.starts_with(PREFIX) {
        return Ok(());
    }
    let version = text.strip_prefix("DTLIC").and_then(|rest| rest.split_once(':'));
    match version {
        Some((digits, _)) if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            Err(Rejected::UnsupportedVersion)
        }
        _ => Err(Rejected::NotALicense),
    }
}

fn check_alphabet(text: &str) -> Result<(), Rejected> {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    match text.bytes().skip(PREFIX.len()).position(|byte| !known(byte)) {
        Some(offset) => Err(Rejected::BadCharacter { at: PREFIX.len() + offset }),
        None => Ok(()),
    }
}

/// Where the two dots are, once every part has its length. A third dot would stand in the signature, and
/// base64 has none.
fn find_dots(text: &str) -> Result<(usize, usize), Rejected> {
    let mut dots = text.match_indices('.').map(|(at, _)| at);
    let expected = PREFIX.len() + KID_LENGTH;
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
