//! The id a license keeps for life.

use std::{fmt, str::FromStr};

use crate::{Error, hex};

/// A license id, 16 bytes: the same through every renewal and every new key.
///
/// It has exactly one spelling, a UUID in lower case with dashes, because revocation lists hash the text.
///
/// ```
/// use mintmark_licensing::LicenseId;
///
/// let id: LicenseId = "d779aaeb-58f7-843b-ab06-da8a4f603948".parse()?;
/// assert_eq!(id.to_string(), "d779aaeb-58f7-843b-ab06-da8a4f603948");
/// assert!("D779AAEB-58F7-843B-AB06-DA8A4F603948".parse::<LicenseId>().is_err());
/// # Ok::<(), mintmark_licensing::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LicenseId([u8; 16]);

impl LicenseId {
    /// Makes a UUIDv8 of 16 bytes: their version and variant bits are overwritten.
    pub(crate) fn from_hash(mut bytes: [u8; 16]) -> Self {
        bytes[6] = bytes[6] & 0x0f | 0x80;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        Self(bytes)
    }
}

impl FromStr for LicenseId {
    type Err = Error;

    /// Reads a UUID of any version.
    ///
    /// # Errors
    /// [`Error::InvalidLicenseId`] for anything but its one spelling.
    fn from_str(text: &str) -> Result<Self, Error> {
        let id = hex::read(&text.replace('-', "")).map(Self).ok_or(Error::InvalidLicenseId)?;
        if id.to_string() == text { Ok(id) } else { Err(Error::InvalidLicenseId) }
    }
}

impl fmt::Display for LicenseId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex::write(&self.0[..4], formatter)?;
        for group in [&self.0[4..6], &self.0[6..8], &self.0[8..10], &self.0[10..]] {
            formatter.write_str("-")?;
            hex::write(group, formatter)?;
        }
        Ok(())
    }
}

impl fmt::Debug for LicenseId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "LicenseId({self})")
    }
}
