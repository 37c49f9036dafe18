//! Minting: from an order and its terms to a key and a blob.

use std::fmt;

use crate::{
    Error, License, LicenseId, LicenseKey, LicenseKeySecret, Line, Mode, OrderIdentity, SigningKey, Tier,
    Verified,
    frame::{self, Kind},
    payload::Payload,
};

/// What a buyer is to get. Times are Unix seconds, between 1970 and the year 9999.
///
/// ```
/// use mintmark_licensing::{Grant, LicenseKeySecret, Mode, OrderIdentity, SigningKey};
///
/// let (line, tier) = ("DT1".parse()?, "core".parse()?);
/// let grant = Grant {
///     identity: OrderIdentity { source: "gumroad", mode: Mode::Live, order_id: "GUM-2001", item: 0 },
///     generation: 0,
///     line: &line,
///     tier: &tier,
///     seq: 1,
///     issued_at: 1_767_225_600,
///     expires_at: None,
///     grace: 0,
///     updates_until: None,
///     entitlements: &[],
///     seats: None,
///     licensee: None,
/// };
/// let minted = SigningKey::from_seed(&[0x42; 32])?.mint(&LicenseKeySecret::from_bytes([0x42; 32]), &grant)?;
/// assert_eq!(minted.key.to_string(), "DT1-CORE-XAHNW-KF2M0-55FP9-1EKNX");
/// assert!(minted.blob.starts_with("DTLIC2:3QW-eYXr9io."));
/// # Ok::<(), mintmark_licensing::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Grant<'a> {
    /// The order. Its mode decides whether the blob says `env: "test"`.
    pub identity: OrderIdentity<'a>,
    /// 0, and one more each time a leaked key is replaced.
    pub generation: u32,
    /// The product line.
    pub line: &'a Line,
    /// The tier.
    pub tier: &'a Tier,
    /// The re-issue counter, from 1.
    pub seq: u64,
    /// From the order, not from a clock: only so does a replay yield the same bytes.
    pub issued_at: i64,
    /// Until when it may run; `None` is perpetual.
    pub expires_at: Option<i64>,
    /// Seconds after `expires_at`, at most 90 days.
    pub grace: u64,
    /// Up to which release date builds may run; `None` is all of them.
    pub updates_until: Option<i64>,
    /// At most 64, in any order; the blob has them sorted, each once.
    pub entitlements: &'a [String],
    /// Seats, from 1.
    pub seats: Option<u32>,
    /// A name or an e-mail address, at most 128 characters, none of them control or bidi.
    pub licensee: Option<&'a str>,
}

/// A minted license. [`Debug`](fmt::Debug) leaves the blob out, which has the buyer's name in it.
#[derive(Clone, PartialEq, Eq)]
pub struct Minted {
    /// The license id.
    pub id: LicenseId,
    /// The license key.
    pub key: LicenseKey,
    /// The signed `DTLIC2:` text.
    pub blob: String,
}

impl SigningKey {
    /// Mints a license. Pure: the same grant and the same keys yield the same bytes.
    ///
    /// # Errors
    /// [`Error::UnsignableGrant`] if the payload would break a rule of the format, which a verifier would
    /// refuse.
    pub fn mint(&self, secret: &LicenseKeySecret, grant: &Grant<'_>) -> Result<Minted, Error> {
        let id = secret.license_id(&grant.identity);
        let key = secret.license_key(&grant.identity, grant.line, grant.tier, grant.generation);
        let payload = payload(grant, id, &key).to_json();
        // Reading it back holds the verifier's own rules against it, so the two can never disagree.
        License::read(&payload, self.kid()).map_err(Error::UnsignableGrant)?;
        Ok(Minted { id, key, blob: frame::sign(&Kind::LICENSE, self, &payload) })
    }

    /// Issues a license again under this key, on the day on which the key that signed it is distrusted: the same terms,
    /// with another re-issue counter. Answers with the signed `DTLIC2:` text.
    ///
    /// ```
    /// use mintmark_licensing::{Keyring, SigningKey, Verifier};
    ///
    /// # let blob = "DTLIC2:3QW-eYXr9io.eyJsaWQiOiIwMTk4ZjBjMi03YjFlLTdjM2EtOWQ1NS0zZjFjMmE3YmUwZDQiLCJwcmQiOiJEVDEiLCJ0aWVyIjoiQ09SRSIsInNlcSI6MSwiaWF0IjoxNzY3MjI1NjAwLCJleHAiOjE3OTg3NjE2MDAsImVudCI6WyJiYXRjaCIsImNvcmUiLCJleHBvcnQtY3N2Il0sInN1YiI6ImphbmUuZG9lQGV4YW1wbGUuY29tIn0.fNRckmsQCH4sPKafXq_aBzvnF5wQTQzUoutq8ODa5iZxmEE8YHSxP2RnUGC8ksJvePsqzziCQrr1p9rAFLxQCQ";
    /// let (active, standby) = (SigningKey::from_seed(&[0x42; 32])?, SigningKey::from_seed(&[7; 32])?);
    /// let ring = Keyring::new([active.public_key(), standby.public_key()])?;
    /// let verifier = Verifier::new(&ring, "DT1".parse()?);
    ///
    /// let license = verifier.verify(blob)?;
    /// let again = verifier.verify(&standby.reissue(&license, license.seq() + 1)?)?;
    /// assert_eq!((again.id(), again.seq(), again.signed_by()), (license.id(), 2, standby.kid()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::UnsignableGrant`] if the counter is 0.
    pub fn reissue(&self, license: &Verified<License>, seq: u64) -> Result<String, Error> {
        self.sign_again(Payload { seq, ..license.payload().clone() })
    }

    /// As [`SigningKey::reissue`], without the name of whoever it was issued to: they want to be forgotten. What the
    /// license grants stays.
    ///
    /// # Errors
    /// [`Error::UnsignableGrant`] if the counter is 0.
    pub fn reissue_unnamed(&self, license: &Verified<License>, seq: u64) -> Result<String, Error> {
        self.sign_again(Payload { seq, sub: None, ..license.payload().clone() })
    }

    fn sign_again(&self, payload: Payload) -> Result<String, Error> {
        let payload = payload.to_json();
        License::read(&payload, self.kid()).map_err(Error::UnsignableGrant)?;
        Ok(frame::sign(&Kind::LICENSE, self, &payload))
    }
}

impl fmt::Debug for Minted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Minted").field("id", &self.id).field("key", &self.key).finish_non_exhaustive()
    }
}

fn payload(grant: &Grant<'_>, id: LicenseId, key: &LicenseKey) -> Payload {
    Payload {
        lid: id.to_string(),
        prd: grant.line.to_string(),
        tier: grant.tier.upper(),
        seq: grant.seq,
        iat: grant.issued_at,
        exp: grant.expires_at,
        grc: grant.grace,
        upd: grant.updates_until,
        rchk: None,
        ent: sorted(grant.entitlements),
        seats: grant.seats.map(u64::from),
        sub: grant.licensee.map(str::to_owned),
        kh: Some(key.last_characters()),
        env: (grant.identity.mode == Mode::Test).then(|| Mode::Test.to_string()),
        crit: Vec::new(),
    }
}

fn sorted(entitlements: &[String]) -> Vec<String> {
    let mut names = entitlements.to_vec();
    names.sort_unstable();
    names.dedup();
    names
}
