//! What several tests share: the keys of the golden vectors, and a signer with no scruples.

use std::sync::LazyLock;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use mintmark_licensing::{
    Grant, Keyring, License, LicenseKeySecret, Line, Mode, OrderIdentity, Rejected, SigningKey, Tier,
    Verified, Verifier,
};
use ring::signature::Ed25519KeyPair;

pub(crate) const SEED: [u8; 32] = [0x42; 32];

pub(crate) const GOLDEN_PAYLOAD: &str = r#"{"lid":"0198f0c2-7b1e-7c3a-9d55-3f1c2a7be0d4","prd":"DT1","tier":"CORE","seq":1,"iat":1767225600,"exp":1798761600,"ent":["batch","core","export-csv"],"sub":"jane.doe@example.com"}"#;

pub(crate) const GOLDEN_BLOB: &str = "DTLIC2:3QW-eYXr9io.eyJsaWQiOiIwMTk4ZjBjMi03YjFlLTdjM2EtOWQ1NS0zZjFjMmE3YmUwZDQiLCJwcmQiOiJEVDEiLCJ0aWVyIjoiQ09SRSIsInNlcSI6MSwiaWF0IjoxNzY3MjI1NjAwLCJleHAiOjE3OTg3NjE2MDAsImVudCI6WyJiYXRjaCIsImNvcmUiLCJleHBvcnQtY3N2Il0sInN1YiI6ImphbmUuZG9lQGV4YW1wbGUuY29tIn0.fNRckmsQCH4sPKafXq_aBzvnF5wQTQzUoutq8ODa5iZxmEE8YHSxP2RnUGC8ksJvePsqzziCQrr1p9rAFLxQCQ";

pub(crate) fn signing_key() -> SigningKey {
    SigningKey::from_seed(&SEED).expect("the golden seed yields a key")
}

pub(crate) fn secret() -> LicenseKeySecret {
    LicenseKeySecret::from_bytes(SEED)
}

pub(crate) fn keyring() -> Keyring {
    Keyring::new([signing_key().public_key()]).expect("one key makes a ring")
}

pub(crate) fn line() -> Line {
    "DT1".parse().expect("DT1 is a line")
}

pub(crate) fn tier() -> Tier {
    "core".parse().expect("core is a tier")
}

pub(crate) fn verify(blob: &str) -> Result<Verified<License>, Rejected> {
    Verifier::new(&keyring(), line()).verify(blob)
}

/// The golden order, granted forever and with nothing optional.
pub(crate) fn plain_grant() -> Grant<'static> {
    static LINE: LazyLock<Line> = LazyLock::new(line);
    static TIER: LazyLock<Tier> = LazyLock::new(tier);
    Grant {
        identity: OrderIdentity { source: "gumroad", mode: Mode::Live, order_id: "GUM-2001", item: 0 },
        generation: 0,
        line: &LINE,
        tier: &TIER,
        seq: 1,
        issued_at: 1_767_225_600,
        expires_at: None,
        grace: 0,
        updates_until: None,
        entitlements: &[],
        seats: None,
        licensee: None,
    }
}

/// Signs any payload, however malformed, with the golden key.
pub(crate) fn sign(payload: impl AsRef<[u8]>) -> String {
    sign_text(&format!("DTLIC2:{}.{}", signing_key().kid(), URL_SAFE_NO_PAD.encode(payload)))
}

/// Signs any text that stands before the last dot.
pub(crate) fn sign_text(message: &str) -> String {
    let pair = Ed25519KeyPair::from_seed_unchecked(&SEED).expect("the golden seed yields a key");
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(pair.sign(message.as_bytes())))
}

/// The smallest genuine payload, and `more` fields after it.
pub(crate) fn payload_with(more: &str) -> String {
    format!(
        r#"{{"lid":"0198f0c2-7b1e-7c3a-9d55-3f1c2a7be0d4","prd":"DT1","tier":"CORE","seq":1,"iat":1767225600{more}}}"#
    )
}
