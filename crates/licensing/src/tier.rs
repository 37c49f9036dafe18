//! The tier a buyer paid for.

use std::{fmt, str::FromStr};

use crate::{Error, line::is_upper_word};

/// A tier, such as `core`: 1 to 16 characters of `a-z0-9`. Lower case everywhere but in keys and blobs.
///
/// ```
/// use mintmark_licensing::Tier;
///
/// let tier: Tier = "core".parse()?;
/// assert_eq!((tier.as_str(), tier.upper().as_str()), ("core", "CORE"));
/// # Ok::<(), mintmark_licensing::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tier(String);

impl Tier {
    /// The tier in lower case, as catalogs, tables and command lines write it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The tier in upper case, as license keys and blobs write it.
    pub fn upper(&self) -> String {
        self.0.to_ascii_uppercase()
    }

    /// Reads the spelling of keys and blobs. Strict: a lower-case letter is refused.
    pub(crate) fn from_upper(text: &str) -> Result<Self, Error> {
        if is_upper_word(text) { Ok(Self(text.to_ascii_lowercase())) } else { Err(Error::InvalidTier) }
    }
}

impl TryFrom<&str> for Tier {
    type Error = Error;

    /// # Errors
    /// [`Error::InvalidTier`] for anything but 1 to 16 characters of `a-z0-9`.
    fn try_from(text: &str) -> Result<Self, Error> {
        let lower = text.bytes().all(|byte| !byte.is_ascii_uppercase());
        if lower && is_upper_word(&text.to_ascii_uppercase()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Error::InvalidTier)
        }
    }
}

impl FromStr for Tier {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::try_from(text)
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}
