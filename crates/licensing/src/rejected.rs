//! Why a blob or a revocation list is refused.

use crate::KeyId;

/// Why a text is not a license of ours. Small and `Copy`, with nothing of the text inside.
///
/// [`code`](Self::code) never changes meaning, so a buyer can read it out to support. A revocation list is refused for
/// the same reasons under the same codes, though the words speak of a license.
///
/// ```
/// use mintmark_licensing::{Keyring, Rejected, Verifier};
///
/// let ring = Keyring::new(["IVL40Zt5HSRFMkLhXy6rbLfP-ntqXtMAl5YOBpiB2xI".parse()?])?;
/// let rejected = Verifier::new(&ring, "DT1".parse()?).verify("DTLIC2:3QW-eYXr9io.eyJs").unwrap_err();
/// assert_eq!(rejected, Rejected::Truncated);
/// assert_eq!((rejected.code(), rejected.as_str()), ("DTL03", "truncated"));
/// assert!(rejected.is_paste_damage() && !rejected.is_tampering());
/// assert_eq!(rejected.to_string(), "the license is cut off");
/// # Ok::<(), mintmark_licensing::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Rejected {
    /// It does not begin with `DTLIC2:`; a revocation list, with `DTREV1:`.
    #[error("this is not a license")]
    NotALicense,
    /// Over 4096 characters, or 4 MiB of a revocation list; refused before anything is decoded.
    #[error("the license is too long")]
    TooLong,
    /// Its end is missing.
    #[error("the license is cut off")]
    Truncated,
    /// A character that cannot stand where it stands.
    #[error("the license has a wrong character at position {at}")]
    BadCharacter {
        /// Its place, in bytes from 0, in the text without white space at its ends.
        at: usize,
    },
    /// Another version of the format, such as `DTLIC3:`.
    #[error("the license is of a version that this app does not know")]
    UnsupportedVersion,
    /// Signed with a key that is not in the key ring for this use.
    #[error("the license is signed with the unknown key {kid}")]
    UnknownKey {
        /// The key id that the blob names.
        kid: KeyId,
    },
    /// Somebody changed it, or never had the key.
    #[error("the signature of the license is wrong")]
    BadSignature,
    /// Genuinely signed, and breaking a rule of the format.
    #[error("the contents of the license are malformed")]
    BadPayload,
    /// Genuine, for another product line.
    #[error("the license is for another product")]
    WrongProduct,
    /// Genuine, with a condition in it that this version of the library cannot judge.
    #[error("the license needs a newer version of this app")]
    NeedsNewerApp,
    /// Genuine, from a test order; see
    /// [`Verifier::accepting_test_licenses`](crate::Verifier::accepting_test_licenses).
    #[error("this is a test license")]
    TestLicenseInLiveBuild,
}

impl Rejected {
    /// `DTL01` to `DTL11`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotALicense => "DTL01",
            Self::TooLong => "DTL02",
            Self::Truncated => "DTL03",
            Self::BadCharacter { .. } => "DTL04",
            Self::UnsupportedVersion => "DTL05",
            Self::UnknownKey { .. } => "DTL06",
            Self::BadSignature => "DTL07",
            Self::BadPayload => "DTL08",
            Self::WrongProduct => "DTL09",
            Self::NeedsNewerApp => "DTL10",
            Self::TestLicenseInLiveBuild => "DTL11",
        }
    }

    /// A stable word for tools, such as `bad_signature`.
    ///
    /// ```
    /// use mintmark_licensing::Rejected;
    ///
    /// assert_eq!(Rejected::NotALicense.as_str(), "not_a_license");
    /// ```
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::NotALicense => "not_a_license",
            Self::TooLong => "too_long",
            Self::Truncated => "truncated",
            Self::BadCharacter { .. } => "bad_character",
            Self::UnsupportedVersion => "unsupported_version",
            Self::UnknownKey { .. } => "unknown_key",
            Self::BadSignature => "bad_signature",
            Self::BadPayload => "bad_payload",
            Self::WrongProduct => "wrong_product",
            Self::NeedsNewerApp => "needs_newer_app",
            Self::TestLicenseInLiveBuild => "test_license_in_live_build",
        }
    }

    /// Whole in form, yet not what was signed. A slip of the keyboard can do it too, so accuse nobody.
    pub fn is_tampering(&self) -> bool {
        matches!(self, Self::BadSignature)
    }

    /// Most likely a careless copy: ask for the blob to be pasted again.
    pub fn is_paste_damage(&self) -> bool {
        matches!(self, Self::NotALicense | Self::TooLong | Self::Truncated | Self::BadCharacter { .. })
    }
}
