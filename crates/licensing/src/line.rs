//! The product line a license belongs to.

use std::{fmt, str::FromStr};

use crate::Error;

/// A product line, such as `DT1`: 1 to 16 characters of `A-Z0-9`. It begins every license key and is `prd` in
/// the blob.
///
/// ```
/// use mintmark_licensing::Line;
///
/// let line: Line = "DT1".parse()?;
/// assert_eq!(line.as_str(), "DT1");
/// assert!("dt1".parse::<Line>().is_err());
/// # Ok::<(), mintmark_licensing::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Line(String);

impl Line {
    /// The line in upper case, as keys and blobs write it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<&str> for Line {
    type Error = Error;

    /// # Errors
    /// [`Error::InvalidLine`] for anything but 1 to 16 characters of `A-Z0-9`.
    fn try_from(text: &str) -> Result<Self, Error> {
        if is_upper_word(text) { Ok(Self(text.to_owned())) } else { Err(Error::InvalidLine) }
    }
}

impl FromStr for Line {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::try_from(text)
    }
}

impl fmt::Display for Line {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

/// Whether `text` may stand as a line, or as a tier in upper case.
pub(crate) fn is_upper_word(text: &str) -> bool {
    matches!(text.len(), 1..=16)
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}
