//! Typed readings of single fields.

use jiff::Timestamp;
use serde_json::Value;

use super::Fields;

/// The longest id that any store makes is far shorter; rows and indexes rely on some limit.
const LONGEST_IDENTIFIER: usize = 255;

/// The longest address that mail knows: 64 before the at sign, 255 behind it.
const LONGEST_EMAIL: usize = 320;

/// Why a body cannot be read, in the words of a reason; never with the value, which may be long or private.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    #[error("missing field: {0}")]
    Missing(String),
    #[error("unreadable body: {0}")]
    Unreadable(String),
}

impl Fault {
    pub(crate) fn body(what: impl Into<String>) -> Self {
        Self::Unreadable(what.into())
    }

    pub(crate) fn field(name: &str, what: &str) -> Self {
        Self::Unreadable(format!("{name} {what}"))
    }
}

impl Fields {
    /// All that must be there and is not, in one fault.
    pub(crate) fn require(&self, names: &[&str]) -> Result<(), Fault> {
        let missing: Vec<&str> = names.iter().filter(|name| self.get(name).is_none()).copied().collect();
        if missing.is_empty() { Ok(()) } else { Err(Fault::Missing(missing.join(", "))) }
    }

    /// A text as it was sent.
    pub(crate) fn text(&self, name: &str) -> Result<Option<&str>, Fault> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(_)) if self.broken.iter().any(|broken| broken == name) => {
                Err(Fault::field(name, "is not UTF-8"))
            }
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Fault::field(name, "is not text")),
        }
    }

    /// An id that can be a key in tables and logs.
    pub(crate) fn identifier(&self, name: &str) -> Result<Option<String>, Fault> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        check_identifier(name, text)?;
        Ok(Some(text.to_owned()))
    }

    /// An address, trimmed. Whether mail can reach it is for the mailer to find out.
    pub(crate) fn email(&self, name: &str) -> Result<Option<String>, Fault> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        check_email(name, text.trim())?;
        Ok(Some(text.trim().to_owned()))
    }

    /// A whole number from zero up to what a signed column holds. `10.0` and `1e3` are none.
    pub(crate) fn whole_number(&self, name: &str) -> Result<Option<u64>, Fault> {
        let number = match self.get(name) {
            None => return Ok(None),
            Some(Value::Number(number)) => number.as_u64(),
            Some(Value::String(text)) if text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().ok(),
            Some(_) => None,
        };
        let storable = number.filter(|number| i64::try_from(*number).is_ok());
        storable.map(Some).ok_or_else(|| Fault::field(name, "is not a whole number"))
    }

    /// True or false; absent and blank are false. The fault of this one is the reason of a held delivery.
    pub(crate) fn flag(&self, name: &str) -> Result<bool, String> {
        match self.get(name) {
            None | Some(Value::Bool(false)) => Ok(false),
            Some(Value::Bool(true)) => Ok(true),
            Some(Value::String(text)) if text == "true" => Ok(true),
            Some(Value::String(text)) if text == "false" => Ok(false),
            Some(_) => Err(format!("unreadable flag: {name} is neither true nor false")),
        }
    }

    /// An RFC 3339 time.
    pub(crate) fn time(&self, name: &str) -> Result<Option<Timestamp>, Fault> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        let time = Some(text).filter(|text| has_rfc_3339_shape(text)).and_then(|text| text.parse().ok());
        time.map(Some).ok_or_else(|| Fault::field(name, "is not an RFC 3339 time"))
    }
}

/// Refuses what cannot be a key in tables and logs.
pub(crate) fn check_identifier(name: &str, text: &str) -> Result<(), Fault> {
    if text.len() > LONGEST_IDENTIFIER {
        return Err(Fault::field(name, "is too long"));
    }
    if text.chars().any(char::is_control) {
        return Err(Fault::field(name, "contains control characters"));
    }
    Ok(())
}

/// Refuses what is longer than any address.
pub(crate) fn check_email(name: &str, text: &str) -> Result<(), Fault> {
    if text.len() > LONGEST_EMAIL { Err(Fault::field(name, "is too long")) } else { Ok(()) }
}

/// jiff also reads other spellings of ISO 8601, with a time zone's name behind or without the dashes.
fn has_rfc_3339_shape(text: &str) -> bool {
    let bytes = text.as_bytes();
    let separators = [(4, b'-'), (7, b'-'), (13, b':'), (16, b':')];
    separators.iter().all(|(at, separator)| bytes.get(*at) == Some(separator))
        && bytes.get(10).is_some_and(|byte| b"Tt ".contains(byte))
        && !text.contains('[')
}
