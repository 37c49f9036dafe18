//! Signing keys, public keys and key rings.

use mintmark_licensing::{Error, Keyring, LicenseKeySecret, PublicKey, Rejected, SigningKey, Verifier};

use crate::support::{GOLDEN_BLOB, SEED, line, secret, signing_key};

/// The y coordinates of small order, little-endian: 0, 1, p - 1, p, p + 1, and the two of order 8.
const SMALL_ORDER: [&str; 7] = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
];

fn with_sign_bit(hex: &str) -> String {
    let last = u8::from_str_radix(&hex[62..], 16).expect("two hexadecimal digits");
    format!("{}{:02x}", &hex[..62], last | 0x80)
}

#[test]
fn all_fourteen_small_order_public_keys_are_weak() {
    for hex in SMALL_ORDER {
        assert_eq!(hex.parse::<PublicKey>(), Err(Error::WeakPublicKey), "{hex}");
        assert_eq!(with_sign_bit(hex).parse::<PublicKey>(), Err(Error::WeakPublicKey), "{hex} negative");
    }
}

#[test]
fn a_public_key_of_non_canonical_encoding_is_refused() {
    for lowest in 0xef..=0xff_u8 {
        let hex = format!("{lowest:02x}{}7f", "ff".repeat(30));
        assert_eq!(hex.parse::<PublicKey>(), Err(Error::InvalidPublicKey), "{hex}");
        assert_eq!(with_sign_bit(&hex).parse::<PublicKey>(), Err(Error::InvalidPublicKey), "{hex} negative");
    }
}

#[test]
fn a_public_key_reads_back_from_what_it_displays_and_from_hexadecimal_in_any_case() {
    let key = signing_key().public_key();
    assert_eq!(key.to_string().parse(), Ok(key));
    assert_eq!("2152F8D19B791D24453242E15F2EAB6CB7CFFA7B6A5ED30097960E069881DB12".parse(), Ok(key));
}

#[test]
fn a_public_key_of_another_length_or_alphabet_is_refused() {
    let key = signing_key().public_key().to_string();
    for text in ["", "2152f8", &key[1..], &format!("{key}="), &format!("{key}A"), &key.replace('-', "+")] {
        assert_eq!(text.parse::<PublicKey>(), Err(Error::InvalidPublicKey), "{text}");
    }
}

#[test]
fn a_key_that_is_embedded_is_the_key_that_is_parsed() {
    let keys = (0..=255).map(|seed| SigningKey::from_seed(&[seed; 32]).unwrap().public_key());
    for key in keys {
        assert_eq!(PublicKey::embedded(&key.to_string()), key);
    }
}

#[test]
fn a_key_that_cannot_be_parsed_cannot_be_embedded() {
    let key = signing_key().public_key().to_string();
    let zeros = "A".repeat(43);
    for text in
        ["", &key[1..], &format!("{key}A"), &key.replace('-', "+"), &key.replace("2xI", "2xJ"), &zeros]
    {
        let embedded = std::panic::catch_unwind(|| PublicKey::embedded(text));
        assert!(embedded.is_err() && text.parse::<PublicKey>().is_err(), "{text}");
    }
}

#[test]
fn a_key_ring_holds_at_least_one_key_and_none_twice() {
    let key = signing_key().public_key();
    assert_eq!(Keyring::new([]).unwrap_err(), Error::EmptyKeyring);
    assert_eq!(Keyring::new([key, key]).unwrap_err(), Error::DuplicateKey(key.kid()));
}

#[test]
fn a_blob_verifies_under_the_active_and_under_the_standby_key() {
    let standby = SigningKey::from_seed(&[7; 32]).unwrap();
    let ring = Keyring::new([standby.public_key(), signing_key().public_key()]).unwrap();
    assert!(Verifier::new(&ring, line()).verify(GOLDEN_BLOB).is_ok());
}

#[test]
fn a_blob_relabeled_with_another_key_id_of_the_ring_is_a_bad_signature() {
    let other = SigningKey::from_seed(&[7; 32]).unwrap();
    let ring = Keyring::new([other.public_key(), signing_key().public_key()]).unwrap();
    let relabeled = GOLDEN_BLOB.replace("3QW-eYXr9io", &other.kid().to_string());
    assert_eq!(Verifier::new(&ring, line()).verify(&relabeled), Err(Rejected::BadSignature));
}

#[test]
fn a_blob_of_a_key_outside_the_ring_names_that_key() {
    let other = SigningKey::from_seed(&[7; 32]).unwrap();
    let ring = Keyring::new([other.public_key()]).unwrap();
    let rejected = Rejected::UnknownKey { kid: signing_key().kid() };
    assert_eq!(Verifier::new(&ring, line()).verify(GOLDEN_BLOB), Err(rejected));
}

#[test]
fn a_stored_signing_key_reads_back() {
    let stored = SigningKey::generate_pkcs8().unwrap();
    let key = SigningKey::from_pkcs8(stored.as_bytes()).unwrap();
    assert_eq!(key.kid(), SigningKey::from_pkcs8(stored.as_bytes()).unwrap().kid());
    assert_ne!(key.kid(), signing_key().kid());
}

#[test]
fn a_damaged_signing_key_is_refused() {
    let stored = SigningKey::generate_pkcs8().unwrap();
    for at in 0..stored.as_bytes().len() {
        let mut damaged = stored.as_bytes().to_vec();
        damaged[at] ^= 1;
        assert_eq!(SigningKey::from_pkcs8(&damaged).unwrap_err(), Error::InvalidSigningKey, "byte {at}");
    }
    assert_eq!(SigningKey::from_pkcs8(&SEED).unwrap_err(), Error::InvalidSigningKey);
}

#[test]
fn no_secret_shows_in_debug_output() {
    let stored = SigningKey::generate_pkcs8().unwrap();
    let shown = format!("{:?} {:?} {:?}", secret(), stored, signing_key());
    assert_eq!(shown, "LicenseKeySecret(…) Pkcs8(…) SigningKey(3QW-eYXr9io)");
}

#[test]
fn a_secret_is_recognized_by_its_fingerprint() {
    assert_eq!(secret().fingerprint(), LicenseKeySecret::from_bytes(SEED).fingerprint());
    assert_ne!(secret().fingerprint(), LicenseKeySecret::generate().unwrap().fingerprint());
    assert_eq!(secret().fingerprint().len(), 16);
}
