//! What several tests share: the keys of the golden vectors, and a signer with no scruples.

use std::sync::LazyLock;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use mintmark_licensing::{
    Grant, Keyring, License, LicenseKeySecret, Line, Mode, OrderIdentity, Rejected, RevocationKey,
    RevocationList, SigningKey, Tier, Verified, Verifier,
};
use ring::signature::Ed25519KeyPair;

pub(crate) const SEED: [u8; 32] = [0x42; 32];

pub(crate) const GOLDEN_PAYLOAD: &str = r#"{"lid":"0198f0c2-7b1e-7c3a-9d55-3f1c2a7be0d4","prd":"DT1","tier":"CORE","seq":1,"iat":1767225600,"exp":1798761600,"ent":["batch","core","export-csv"],"sub":"jane.doe@example.com"}"#;

pub(crate) const GOLDEN_BLOB: &str = "DTLIC2:3QW-eYXr9io.eyJsaWQiOiIwMTk4ZjBjMi03YjFlLTdjM2EtOWQ1NS0zZjFjMmE3YmUwZDQiLCJwcmQiOiJEVDEiLCJ0aWVyIjoiQ09SRSIsInNlcSI6MSwiaWF0IjoxNzY3MjI1NjAwLCJleHAiOjE3OTg3NjE2MDAsImVudCI6WyJiYXRjaCIsImNvcmUiLCJleHBvcnQtY3N2Il0sInN1YiI6ImphbmUuZG9lQGV4YW1wbGUuY29tIn0.fNRckmsQCH4sPKafXq_aBzvnF5wQTQzUoutq8ODa5iZxmEE8YHSxP2RnUGC8ksJvePsqzziCQrr1p9rAFLxQCQ";

pub(crate) const REVOCATION_SEED: [u8; 32] = [0x43; 32];

pub(crate) const GOLDEN_LIST_PAYLOAD: &str = r#"{"n":7,"iat":1767225600,"nxt":1767830400,"lic":[["iZKPJfDJYl0",1],["mgGEuXZCNZU",2]],"kid":["AAECAwQFBgc"]}"#;

/// Made by another program than this crate, as all golden vectors are.
pub(crate) const GOLDEN_LIST: &str = "DTREV1:4c7WqD2YC7M.eyJuIjo3LCJpYXQiOjE3NjcyMjU2MDAsIm54dCI6MTc2NzgzMDQwMCwibGljIjpbWyJpWktQSmZESllsMCIsMV0sWyJtZ0dFdVhaQ05aVSIsMl1dLCJraWQiOlsiQUFFQ0F3UUZCZ2MiXX0.l589gyZxxYJgFGRyQ1QsU2rafU0INwfWDivt_WpV5GLyn8xvVPeJaIxgrNeoMVPw-Lygamyn_Y5tQMbba7kxDQ";

pub(crate) fn signing_key() -> SigningKey {
    SigningKey::from_seed(&SEED).expect("the golden seed yields a key")
}

pub(crate) fn secret() -> LicenseKeySecret {
    LicenseKeySecret::from_bytes(SEED)
}

pub(crate) fn keyring() -> Keyring {
    Keyring::new([signing_key().public_key()]).expect("one key makes a ring")
}

pub(crate) fn revocation_key() -> RevocationKey {
    RevocationKey::from_seed(&REVOCATION_SEED).expect("the golden seed yields a key")
}

/// The golden signing key for licenses, and the golden revocation key for lists.
pub(crate) fn full_keyring() -> Keyring {
    keyring().with_revocation_keys([revocation_key().public_key()]).expect("two keys, each for one use")
}

pub(crate) fn verify_list(list: &str) -> Result<Verified<RevocationList>, Rejected> {
    full_keyring().verify_revocation_list(list)
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
    sign_text_with(&SEED, message)
}

/// Signs any payload of a revocation list, however malformed, with the golden revocation key.
pub(crate) fn sign_list(payload: impl AsRef<[u8]>) -> String {
    let message = format!("DTREV1:{}.{}", revocation_key().kid(), URL_SAFE_NO_PAD.encode(payload));
    sign_text_with(&REVOCATION_SEED, &message)
}

pub(crate) fn sign_text_with(seed: &[u8; 32], message: &str) -> String {
    let pair = Ed25519KeyPair::from_seed_unchecked(seed).expect("the seed yields a key");
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(pair.sign(message.as_bytes())))
}

/// The same text under the same signature in a second spelling: L, the order of the group, is added to its scalar.
pub(crate) fn with_unreduced_scalar(text: &str) -> String {
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let (signed, signature) = text.rsplit_once('.').expect("a signed text has dots");
    let mut bytes = URL_SAFE_NO_PAD.decode(signature).expect("a signature is base64url");
    let mut carry = 0;
    for (byte, more) in bytes[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(more) + carry;
        *byte = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    assert_eq!(carry, 0, "S + L still fits into 32 bytes");
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(bytes))
}

/// The smallest genuine payload, and `more` fields after it.
pub(crate) fn payload_with(more: &str) -> String {
    format!(
        r#"{{"lid":"0198f0c2-7b1e-7c3a-9d55-3f1c2a7be0d4","prd":"DT1","tier":"CORE","seq":1,"iat":1767225600{more}}}"#
    )
}
