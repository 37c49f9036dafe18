//! Whether we issued a license.

use std::ops::Deref;

use ring::signature::{ED25519, UnparsedPublicKey};

use crate::{Keyring, License, Line, Mode, Rejected, blob::Blob};

/// Answers *did we issue this?*, with no clock and no network.
///
/// ```
/// use mintmark_licensing::{Keyring, Rejected, Verifier};
///
/// let ring = Keyring::new(["IVL40Zt5HSRFMkLhXy6rbLfP-ntqXtMAl5YOBpiB2xI".parse()?])?;
/// let verifier = Verifier::new(&ring, "DT1".parse()?);
/// assert_eq!(verifier.verify("hello"), Err(Rejected::NotALicense));
/// # Ok::<(), mintmark_licensing::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Verifier<'a> {
    keyring: &'a Keyring,
    product: Line,
    test_licenses: TestLicenses,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TestLicenses {
    Refused,
    Accepted,
}

impl<'a> Verifier<'a> {
    /// A verifier for live builds of one product line.
    pub fn new(keyring: &'a Keyring, product: Line) -> Self {
        Self { keyring, product, test_licenses: TestLicenses::Refused }
    }

    /// Lets licenses of test orders pass as well. For debug builds only: anybody can place a test order.
    #[must_use]
    pub fn accepting_test_licenses(self) -> Self {
        Self { test_licenses: TestLicenses::Accepted, ..self }
    }

    /// Proves a blob. White space at its ends is trimmed; nothing else is forgiven.
    ///
    /// # Errors
    /// The first reason for which it is refused; see [`Rejected`].
    pub fn verify(&self, blob: &str) -> Result<Verified<License>, Rejected> {
        let blob = Blob::read(blob)?;
        let key = self.keyring.find(blob.kid).ok_or(Rejected::UnknownKey { kid: blob.kid })?;
        UnparsedPublicKey::new(&ED25519, key.as_bytes())
            .verify(blob.signed, &blob.signature)
            .map_err(|_| Rejected::BadSignature)?;
        let license = License::read(&blob.payload).map_err(|_| Rejected::BadPayload)?;
        self.check_fit(&license)?;
        Ok(Verified(license))
    }

    fn check_fit(&self, license: &License) -> Result<(), Rejected> {
        if *license.line() != self.product {
            return Err(Rejected::WrongProduct);
        }
        if license.needs_newer_app() {
            return Err(Rejected::NeedsNewerApp);
        }
        if license.mode() == Mode::Test && self.test_licenses == TestLicenses::Refused {
            return Err(Rejected::TestLicenseInLiveBuild);
        }
        Ok(())
    }
}

/// Something whose signature was checked. Only [`Verifier::verify`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified<T>(T);

impl<T> Deref for Verified<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}
