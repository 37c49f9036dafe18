//! What our library costs beside the cryptography that it cannot do without.

use crate::statistics::{median, number};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use mintmark_licensing::{Grant, Keyring, LicenseKeySecret, Mode, OrderIdentity, SigningKey, Verifier};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use ring::{hmac, signature};
use serde::Serialize;
use std::hint::black_box;
use std::time::Instant;

/// Rounds of the four loops, one after the other, so that the ratios are of the same moments.
const ROUNDS: usize = 15;
/// Calls in each loop: about a tenth of a second.
const CALLS: usize = 1000;

/// Microseconds a call; medians.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Library {
    pub(crate) verify_us: f64,
    /// The signature alone, with the public key parsed anew as ours has to.
    pub(crate) ring_verify_us: f64,
    pub(crate) mint_us: f64,
    /// The signature and two keyed hashes: of the id and of the key.
    pub(crate) ring_sign_and_hmac_us: f64,
}

impl Library {
    pub(crate) fn verify_ratio(&self) -> f64 {
        self.verify_us / self.ring_verify_us
    }

    pub(crate) fn mint_ratio(&self) -> f64 {
        self.mint_us / self.ring_sign_and_hmac_us
    }
}

/// Verifies and mints the same license again and again, with the library and without it.
pub(crate) fn measure() -> anyhow::Result<Library> {
    let (line, tier) = ("DT1".parse()?, "core".parse()?);
    let grant = Grant {
        identity: OrderIdentity { source: "gumroad", mode: Mode::Live, order_id: "GUM-2001", item: 0 },
        generation: 0,
        line: &line,
        tier: &tier,
        seq: 1,
        issued_at: 1_767_225_600,
        expires_at: None,
        grace: 0,
        updates_until: None,
        entitlements: &[],
        seats: Some(1),
        licensee: Some("Jane Doe"),
    };
    let (key, secret) = (SigningKey::from_seed(&[7; 32])?, LicenseKeySecret::generate()?);
    let blob = key.mint(&secret, &grant)?.blob;
    let keyring = Keyring::new([key.public_key()])?;
    let verifier = Verifier::new(&keyring, "DT1".parse()?);
    let bare = Bare::new(&blob)?;
    let mut times: [Vec<f64>; 4] = Default::default();
    for _ in 0..ROUNDS {
        times[0].push(microseconds(|| verifier.verify(black_box(&blob)).is_ok()));
        times[1].push(microseconds(|| bare.verify()));
        times[2].push(microseconds(|| key.mint(&secret, black_box(&grant)).is_ok()));
        times[3].push(microseconds(|| bare.sign_and_hash()));
    }
    let [verify_us, ring_verify_us, mint_us, ring_sign_and_hmac_us] =
        times.map(|times| median(times).unwrap_or_default());
    Ok(Library { verify_us, ring_verify_us, mint_us, ring_sign_and_hmac_us })
}

/// ring, and nothing around it.
struct Bare {
    key: Ed25519KeyPair,
    public_key: Vec<u8>,
    message: Vec<u8>,
    signature: signature::Signature,
    secret: hmac::Key,
}

impl Bare {
    /// The message is what a blob signs: all of it before its second dot.
    fn new(blob: &str) -> anyhow::Result<Self> {
        let message = blob.rsplit_once('.').map_or(blob, |(signed, _)| signed).as_bytes().to_vec();
        let key = Ed25519KeyPair::from_seed_unchecked(&[7; 32])
            .map_err(|_| anyhow::anyhow!("ring refuses its own seed"))?;
        let signature = key.sign(&message);
        let public_key = key.public_key().as_ref().to_vec();
        Ok(Self { key, public_key, message, signature, secret: hmac::Key::new(hmac::HMAC_SHA256, &[9; 32]) })
    }

    fn verify(&self) -> bool {
        let public_key = UnparsedPublicKey::new(&ED25519, &self.public_key);
        public_key.verify(black_box(&self.message), self.signature.as_ref()).is_ok()
    }

    fn sign_and_hash(&self) -> bool {
        let signature = self.key.sign(black_box(&self.message));
        let hashes = ["id", "key"].map(|name| hmac::sign(&self.secret, black_box(name.as_bytes())));
        !BASE64_URL_SAFE_NO_PAD.encode(signature.as_ref()).is_empty() && hashes[0].as_ref().len() == 32
    }
}

fn microseconds(call: impl Fn() -> bool) -> f64 {
    let begun = Instant::now();
    let good = (0..CALLS).filter(|_| call()).count();
    let elapsed = begun.elapsed().as_secs_f64() * 1_000_000.0;
    assert_eq!(good, CALLS, "every call succeeds");
    elapsed / number(CALLS)
}
