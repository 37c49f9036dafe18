//! The key that seals the audit log.

use crate::Error;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mintmark_storage::{Digest, Notary, Salt};
use ring::rand::{SecureRandom as _, SystemRandom};
use ring::{digest, hmac};
use std::fmt;
use zeroize::Zeroizing;

const FINGERPRINT: &[u8] = b"mintmark audit key fingerprint v1\0";
/// Bytes of the secret.
const LENGTH: usize = 32;

/// What links and seals of the audit log are made with. Who has it can forge the log, and who has not is found out.
#[derive(Clone)]
pub(crate) struct AuditKey {
    key: hmac::Key,
    random: SystemRandom,
}

impl AuditKey {
    /// The text of a new one, as its file holds it.
    pub(super) fn generate() -> Result<Zeroizing<Vec<u8>>, Error> {
        let mut secret = Zeroizing::new([0; LENGTH]);
        let drawn = SystemRandom::new().fill(secret.as_mut());
        drawn.map_err(|_| mintmark_licensing::Error::NoRandomness)?;
        let mut text = Zeroizing::new(URL_SAFE_NO_PAD.encode(secret.as_ref()).into_bytes());
        text.push(b'\n');
        Ok(text)
    }

    /// The one in the text of a file; `None` if the file holds something else.
    pub(super) fn parse(text: &[u8]) -> Option<Self> {
        let secret = Zeroizing::new(URL_SAFE_NO_PAD.decode(text.trim_ascii()).ok()?);
        let key = hmac::Key::new(hmac::HMAC_SHA256, &secret);
        (secret.len() == LENGTH).then(|| Self { key, random: SystemRandom::new() })
    }

    /// 16 hexadecimal digits by which two people can tell that they hold the same key. Safe to show.
    pub(crate) fn fingerprint(&self) -> String {
        self.sign(&[FINGERPRINT])[..8].iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl Notary for AuditKey {
    fn hash(&self, parts: &[&[u8]]) -> Digest {
        let mut context = digest::Context::new(&digest::SHA256);
        parts.iter().for_each(|part| context.update(part));
        Digest::try_from(context.finish().as_ref()).expect("SHA-256 has 32 bytes")
    }

    fn sign(&self, parts: &[&[u8]]) -> Digest {
        let mut context = hmac::Context::with_key(&self.key);
        parts.iter().for_each(|part| context.update(part));
        Digest::try_from(context.sign().as_ref()).expect("HMAC-SHA-256 has 32 bytes")
    }

    fn salt(&self) -> Option<Salt> {
        let mut salt = Salt::default();
        self.random.fill(&mut salt).ok().map(|()| salt)
    }
}

impl fmt::Debug for AuditKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("AuditKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_from_its_file_and_never_shown() {
        let text = AuditKey::generate().expect("randomness");
        let key = AuditKey::parse(&text).expect("a key");
        assert_eq!(format!("{key:?}"), "AuditKey(…)");
        assert_eq!(AuditKey::parse(&text).expect("a key").fingerprint(), key.fingerprint());
        assert_ne!(key.salt(), key.salt());
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for text in ["", "secret", "////////////////////////////////////////////"] {
            assert!(AuditKey::parse(text.as_bytes()).is_none(), "{text}");
        }
    }

    /// Whoever holds an old log must be able to prove it: these bytes stay as they are.
    #[test]
    fn hashes_and_seals_are_the_ones_that_the_manual_names() {
        let key = AuditKey::parse(URL_SAFE_NO_PAD.encode([7; LENGTH]).as_bytes()).expect("a key");
        let hex = |digest: Digest| digest.map(|byte| format!("{byte:02x}")).concat();
        assert_eq!(
            hex(key.hash(&[b"a", b"bc"])),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(hex(key.sign(&[b"abc"])), hex(key.sign(&[b"a", b"", b"bc"])));
    }
}
