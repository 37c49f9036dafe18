//! Whether we issued a license.

use std::ops::Deref;

use crate::{
    Keyring, License, Line, Mode, Rejected, RevocationList,
    frame::{Frame, Kind},
};

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
        let blob = Frame::read(&Kind::LICENSE, blob)?;
        blob.check_signature(self.keyring.find(blob.kid))?;
        let license = License::read(&blob.payload, blob.kid).map_err(|_| Rejected::BadPayload)?;
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

impl Keyring {
    /// Proves a revocation list. White space at its ends is trimmed; nothing else is forgiven. Only the ring's
    /// revocation keys count: a list under a signing key is under an unknown one.
    ///
    /// ```
    /// use mintmark_licensing::{Keyring, RevocationKey, Revocations, SigningKey};
    ///
    /// let (signing, revocation) = (SigningKey::from_seed(&[1; 32])?, RevocationKey::from_seed(&[2; 32])?);
    /// let ring = Keyring::new([signing.public_key()])?.with_revocation_keys([revocation.public_key()])?;
    ///
    /// let text = revocation.sign(&Revocations {
    ///     serial: 7,
    ///     issued_at: 1_767_225_600,
    ///     next_update: 1_767_830_400,
    ///     licenses: &[],
    ///     keys: &[],
    /// })?;
    /// assert_eq!(ring.verify_revocation_list(&text).map(|list| list.serial()), Ok(7));
    /// # Ok::<(), mintmark_licensing::Error>(())
    /// ```
    ///
    /// # Errors
    /// The first reason for which it is refused, with the codes that a blob's would have:
    /// [`NotALicense`](Rejected::NotALicense) if it does not begin with `DTREV1:`,
    /// [`TooLong`](Rejected::TooLong) over 4 MiB (4,194,304 bytes).
    pub fn verify_revocation_list(&self, list: &str) -> Result<Verified<RevocationList>, Rejected> {
        let frame = Frame::read(&Kind::REVOCATION_LIST, list)?;
        frame.check_signature(self.find_revocation_key(frame.kid))?;
        RevocationList::read(&frame.payload).map(Verified).map_err(|_| Rejected::BadPayload)
    }
}

/// Something whose signature was checked. Only [`Verifier::verify`] and [`Keyring::verify_revocation_list`] make one.
///
/// ```
/// use mintmark_licensing::{Keyring, License, Verified, Verifier};
///
/// /// A function that asks for this type cannot be handed a license that nobody proved.
/// fn greeting(license: &Verified<License>) -> String {
///     format!("licensed to {}", license.licensee().unwrap_or("anybody"))
/// }
///
/// # let blob = "DTLIC2:3QW-eYXr9io.eyJsaWQiOiIwMTk4ZjBjMi03YjFlLTdjM2EtOWQ1NS0zZjFjMmE3YmUwZDQiLCJwcmQiOiJEVDEiLCJ0aWVyIjoiQ09SRSIsInNlcSI6MSwiaWF0IjoxNzY3MjI1NjAwLCJleHAiOjE3OTg3NjE2MDAsImVudCI6WyJiYXRjaCIsImNvcmUiLCJleHBvcnQtY3N2Il0sInN1YiI6ImphbmUuZG9lQGV4YW1wbGUuY29tIn0.fNRckmsQCH4sPKafXq_aBzvnF5wQTQzUoutq8ODa5iZxmEE8YHSxP2RnUGC8ksJvePsqzziCQrr1p9rAFLxQCQ";
/// let ring = Keyring::new(["IVL40Zt5HSRFMkLhXy6rbLfP-ntqXtMAl5YOBpiB2xI".parse()?])?;
/// let license = Verifier::new(&ring, "DT1".parse()?).verify(blob)?;
/// assert_eq!(greeting(&license), "licensed to jane.doe@example.com");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified<T>(T);

impl<T> Deref for Verified<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}
