//! What a blob says, once it is proved.

use std::fmt;

use crate::{
    KeyId, LicenseId, Line, Mode, Tier, crockford,
    payload::Payload,
    rules::{is_time, rule},
    strict_json,
};

const LONGEST_PAYLOAD: usize = 2048;
const LONGEST_GRACE: u64 = 90 * 24 * 60 * 60;
const MOST_ENTITLEMENTS: usize = 64;
const LONGEST_LICENSEE: usize = 128;

/// A license. There is no other way to one than [`Verified`](crate::Verified), so whoever holds one knows
/// that we issued it.
///
/// Genuine is not the same as running: an expired license is genuine too. [`Debug`](fmt::Debug) leaves out
/// whose it is.
///
/// ```
/// use mintmark_licensing::{Keyring, Mode, Verifier};
///
/// # let blob = "DTLIC2:3QW-eYXr9io.eyJsaWQiOiIwMTk4ZjBjMi03YjFlLTdjM2EtOWQ1NS0zZjFjMmE3YmUwZDQiLCJwcmQiOiJEVDEiLCJ0aWVyIjoiQ09SRSIsInNlcSI6MSwiaWF0IjoxNzY3MjI1NjAwLCJleHAiOjE3OTg3NjE2MDAsImVudCI6WyJiYXRjaCIsImNvcmUiLCJleHBvcnQtY3N2Il0sInN1YiI6ImphbmUuZG9lQGV4YW1wbGUuY29tIn0.fNRckmsQCH4sPKafXq_aBzvnF5wQTQzUoutq8ODa5iZxmEE8YHSxP2RnUGC8ksJvePsqzziCQrr1p9rAFLxQCQ";
/// let ring = Keyring::new(["IVL40Zt5HSRFMkLhXy6rbLfP-ntqXtMAl5YOBpiB2xI".parse()?])?;
/// let license = Verifier::new(&ring, "DT1".parse()?).verify(blob)?;
///
/// assert_eq!(license.id().to_string(), "0198f0c2-7b1e-7c3a-9d55-3f1c2a7be0d4");
/// assert_eq!((license.line().as_str(), license.tier().as_str(), license.mode()), ("DT1", "core", Mode::Live));
/// assert_eq!((license.seq(), license.issued_at()), (1, 1_767_225_600));
/// assert_eq!((license.expires_at(), license.grace()), (Some(1_798_761_600), 0));
/// assert_eq!((license.updates_until(), license.refresh_by(), license.seats()), (None, None, None));
/// assert_eq!((license.licensee(), license.key_hint()), (Some("jane.doe@example.com"), None));
/// assert_eq!(license.signed_by().to_string(), "3QW-eYXr9io");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct License {
    id: LicenseId,
    line: Line,
    tier: Tier,
    mode: Mode,
    signed_by: KeyId,
    payload: Payload,
}

impl License {
    /// The license id (`lid`), for life.
    pub fn id(&self) -> LicenseId {
        self.id
    }

    /// The product line (`prd`).
    pub fn line(&self) -> &Line {
        &self.line
    }

    /// The tier (`tier`).
    pub fn tier(&self) -> &Tier {
        &self.tier
    }

    /// The re-issue counter (`seq`), from 1. Keep the highest you have seen.
    pub fn seq(&self) -> u64 {
        self.payload.seq
    }

    /// When it was issued (`iat`), in Unix seconds.
    pub fn issued_at(&self) -> i64 {
        self.payload.iat
    }

    /// Until when it may run (`exp`), in Unix seconds; `None` is perpetual.
    pub fn expires_at(&self) -> Option<i64> {
        self.payload.exp
    }

    /// How many seconds after [`expires_at`](Self::expires_at) it may still run (`grc`).
    pub fn grace(&self) -> u64 {
        self.payload.grc
    }

    /// Up to which release date builds may run (`upd`), in Unix seconds; `None` is all of them.
    pub fn updates_until(&self) -> Option<i64> {
        self.payload.upd
    }

    /// By when a fresh blob should be fetched (`rchk`), in Unix seconds. A wish, not a limit.
    pub fn refresh_by(&self) -> Option<i64> {
        self.payload.rchk
    }

    /// How many seats were bought (`seats`), from 1.
    pub fn seats(&self) -> Option<u64> {
        self.payload.seats
    }

    /// To whom it is licensed (`sub`): a name or an e-mail address, at most 128 characters.
    pub fn licensee(&self) -> Option<&str> {
        self.payload.sub.as_deref()
    }

    /// The last five characters of the license key (`kh`).
    pub fn key_hint(&self) -> Option<&str> {
        self.payload.kh.as_deref()
    }

    /// Real order or test purchase (`env`).
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// The key that its blob was signed with (the `kid` of the blob). A revocation list can name it.
    pub fn signed_by(&self) -> KeyId {
        self.signed_by
    }

    /// What it says, as one line of JSON: the fields of the payload by their names, those that are absent left out.
    ///
    /// For showing to people and tools. It holds the licensee; and it is no proof of anything, so nothing reads it back.
    ///
    /// ```
    /// use mintmark_licensing::{Keyring, Verifier};
    ///
    /// # let blob = "DTLIC2:3QW-eYXr9io.eyJsaWQiOiIwMTk4ZjBjMi03YjFlLTdjM2EtOWQ1NS0zZjFjMmE3YmUwZDQiLCJwcmQiOiJEVDEiLCJ0aWVyIjoiQ09SRSIsInNlcSI6MSwiaWF0IjoxNzY3MjI1NjAwLCJleHAiOjE3OTg3NjE2MDAsImVudCI6WyJiYXRjaCIsImNvcmUiLCJleHBvcnQtY3N2Il0sInN1YiI6ImphbmUuZG9lQGV4YW1wbGUuY29tIn0.fNRckmsQCH4sPKafXq_aBzvnF5wQTQzUoutq8ODa5iZxmEE8YHSxP2RnUGC8ksJvePsqzziCQrr1p9rAFLxQCQ";
    /// let ring = Keyring::new(["IVL40Zt5HSRFMkLhXy6rbLfP-ntqXtMAl5YOBpiB2xI".parse()?])?;
    /// let license = Verifier::new(&ring, "DT1".parse()?).verify(blob)?;
    /// assert!(license.to_json().starts_with(r#"{"lid":"0198f0c2-7b1e-7c3a-9d55-3f1c2a7be0d4","prd":"DT1","tier":"CORE","#));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_json(&self) -> String {
        String::from_utf8(self.payload.to_json()).expect("JSON is UTF-8")
    }

    /// What was bought (`ent`), whether or not it may be used now: that is asked of a [`Standing`](crate::Standing).
    pub(crate) fn entitlements(&self) -> &[String] {
        &self.payload.ent
    }

    /// Everything that it says, to be said again under another number.
    pub(crate) fn payload(&self) -> &Payload {
        &self.payload
    }

    /// Whether the issuer demands that a field be understood which this version does not know.
    pub(crate) fn needs_newer_app(&self) -> bool {
        self.payload.crit.iter().any(|name| !Payload::NAMES.contains(&name.as_str()))
    }

    /// Reads a payload under a key's signature and holds every rule of the format against it. The error names the broken
    /// rule.
    pub(crate) fn read(json: &[u8], signed_by: KeyId) -> Result<Self, &'static str> {
        rule(json.len() <= LONGEST_PAYLOAD, "the payload is at most 2048 bytes")?;
        let payload: Payload =
            strict_json::read(json).ok_or("the payload is strict JSON with every required field")?;
        check_numbers(&payload)?;
        check_texts(&payload)?;
        check_entitlements(&payload.ent)?;
        Ok(Self {
            id: payload.lid.parse().map_err(|_| "lid is a UUID in lower case with dashes")?,
            line: payload.prd.parse().map_err(|_| "prd is 1 to 16 characters of A-Z and 0-9")?,
            tier: Tier::from_upper(&payload.tier).map_err(|_| "tier is 1 to 16 characters of A-Z and 0-9")?,
            mode: if payload.env.is_some() { Mode::Test } else { Mode::Live },
            signed_by,
            payload,
        })
    }
}

impl fmt::Debug for License {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("License");
        shown
            .field("id", &self.id)
            .field("line", &self.line)
            .field("tier", &self.tier)
            .finish_non_exhaustive()
    }
}

fn check_numbers(payload: &Payload) -> Result<(), &'static str> {
    let times = [Some(payload.iat), payload.exp, payload.upd, payload.rchk];
    rule(times.into_iter().flatten().all(is_time), "times lie between 1970 and the year 9999")?;
    rule(payload.seq >= 1, "seq is at least 1")?;
    rule(payload.grc <= LONGEST_GRACE, "grc is at most 90 days")?;
    rule(payload.seats != Some(0), "seats is at least 1")
}

fn check_texts(payload: &Payload) -> Result<(), &'static str> {
    let is_name = |name: &String| name.chars().count() <= LONGEST_LICENSEE && !name.chars().any(is_deceptive);
    let is_hint = |hint: &String| hint.len() == 5 && hint.bytes().all(crockford::is_character);
    rule(payload.sub.iter().all(is_name), "sub is at most 128 characters, none of them control or bidi")?;
    rule(payload.kh.iter().all(is_hint), "kh is 5 characters of a license key")?;
    rule(payload.env.iter().all(|env| env == Mode::Test.as_str()), "env is test or absent")
}

fn check_entitlements(names: &[String]) -> Result<(), &'static str> {
    rule(names.len() <= MOST_ENTITLEMENTS, "ent has at most 64 entitlements")?;
    rule(names.iter().all(|name| is_entitlement(name)), "an entitlement is [a-z0-9][a-z0-9._-]{0,63}")?;
    rule(names.is_sorted_by(|one, next| one < next), "ent is sorted and has nothing twice")
}

fn is_entitlement(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    matches!(name.len(), 1..=64)
        && name.bytes().take(1).all(is_plain)
        && name.bytes().all(|byte| is_plain(byte) || matches!(byte, b'.' | b'_' | b'-'))
}

/// Control characters, and those that make a name read otherwise than it is written.
fn is_deceptive(character: char) -> bool {
    let is_bidi = matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}')
        || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    character.is_control() || is_bidi
}
