//! License keys, as derived and as typed.

use std::collections::HashSet;

use mintmark_licensing::{Error, LicenseKey, Mode, OrderIdentity};
use proptest::prelude::*;

use crate::support::{line, secret, tier};

const GOLDEN: &str = "DT1-CORE-XAHNW-KF2M0-55FP9-1EKNX";
const ALPHABET: &str = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Where the 20 characters begin.
const START: usize = "DT1-CORE-".len();

fn replaced(key: &str, at: usize, character: char) -> String {
    let mut characters: Vec<char> = key.chars().collect();
    characters[at] = character;
    characters.into_iter().collect()
}

fn swapped(key: &str, one: usize, other: usize) -> String {
    let mut characters: Vec<char> = key.chars().collect();
    characters.swap(one, other);
    characters.into_iter().collect()
}

fn positions(key: &str) -> Vec<usize> {
    (START..key.len()).filter(|&at| &key[at..=at] != "-").collect()
}

#[test]
fn every_wrong_character_is_caught() {
    let mut tried = 0;
    for at in positions(GOLDEN) {
        for character in ALPHABET.chars().filter(|&other| !GOLDEN[at..].starts_with(other)) {
            let typed = replaced(GOLDEN, at, character);
            assert_eq!(typed.parse::<LicenseKey>(), Err(Error::MistypedLicenseKey), "{typed}");
            tried += 1;
        }
    }
    assert_eq!(tried, 20 * 31);
}

#[test]
fn every_swap_of_two_different_characters_is_caught() {
    for one in positions(GOLDEN) {
        for other in positions(GOLDEN).into_iter().filter(|&other| GOLDEN[one..=one] != GOLDEN[other..=other])
        {
            let typed = swapped(GOLDEN, one, other);
            assert_eq!(typed.parse::<LicenseKey>(), Err(Error::MistypedLicenseKey), "{typed}");
        }
    }
}

#[test]
fn a_key_may_be_typed_carelessly() {
    for typed in [
        GOLDEN,
        "dt1-core-xahnw-kf2m0-55fp9-1eknx",
        "DT1-CORE-XAHNW-KF2MO-55FP9-IEKNX",
        "dt1-core-xahnw-kf2mo-55fp9-leknx",
        "  DT1 CORE XAHNW KF2M0 55FP9 1EKNX\r\n",
        "DT1 - CORE - XAHNWKF2M055FP91EKNX",
        "DT1–CORE–XAHNW–KF2M0–55FP9–1EKNX",
        "DT1COREXAHNWKF2M055FP91EKNX",
    ] {
        assert_eq!(typed.parse::<LicenseKey>().map(|key| key.to_string()), Ok(GOLDEN.to_owned()), "{typed}");
    }
}

#[test]
fn a_text_of_another_shape_is_no_key() {
    for typed in [
        "",
        "DT1-CORE",
        "XAHNW-KF2M0-55FP9-1EKNX",
        "CORE-XAHNW-KF2M0-55FP9-1EKNX",
        "DT1-CORE-PRO-XAHNW-KF2M0-55FP9-1EKNX",
        "DT1-CÖRE-XAHNW-KF2M0-55FP9-1EKNX",
        "DT1-CORE-XAHNW-KF2M0-55FP9-1EKNU",
        "DT1-CORE-XAHNW-KF2M0-55FP9-1EKN🪙",
        "DT1-CORECORECORECORE1-XAHNW-KF2M0-55FP9-1EKNX",
    ] {
        assert_eq!(typed.parse::<LicenseKey>(), Err(Error::InvalidLicenseKey), "{typed}");
    }
}

#[test]
fn debug_output_shows_the_last_five_characters_only() {
    let key: LicenseKey = GOLDEN.parse().unwrap();
    assert_eq!(format!("{key:?}"), "LicenseKey(DT1-CORE-…-1EKNX)");
    assert_eq!(key.last_characters(), "1EKNX");
}

#[test]
fn every_part_of_an_identity_changes_key_and_id() {
    let order = |source, mode, order_id, item| OrderIdentity { source, mode, order_id, item };
    let orders = [
        order("gumroad", Mode::Live, "A1", 0),
        order("gumroad", Mode::Test, "A1", 0),
        order("gumroad", Mode::Live, "A1", 1),
        order("gumroad", Mode::Live, "A", 10),
        order("manual", Mode::Live, "A1", 0),
    ];
    let keys: HashSet<_> =
        orders.iter().map(|order| secret().license_key(order, &line(), &tier(), 0)).collect();
    let ids: HashSet<_> = orders.iter().map(|order| secret().license_id(order)).collect();
    assert_eq!((keys.len(), ids.len()), (orders.len(), orders.len()));
}

#[test]
fn a_new_generation_has_a_new_key() {
    let order = OrderIdentity { source: "gumroad", mode: Mode::Live, order_id: "GUM-2001", item: 0 };
    let key = |generation| secret().license_key(&order, &line(), &tier(), generation);
    assert_ne!(key(0), key(1));
}

proptest! {
    #[test]
    fn any_derived_key_reads_back_and_catches_any_slip(
        order_id in ".{0,40}", item: u32, generation: u32, one in 0..20_usize, other in 0..20_usize,
        character in proptest::sample::select(ALPHABET.chars().collect::<Vec<_>>()),
    ) {
        let order = OrderIdentity { source: "gumroad", mode: Mode::Live, order_id: &order_id, item };
        let key = secret().license_key(&order, &line(), &tier(), generation);
        let text = key.to_string();
        let (one, other) = (positions(&text)[one], positions(&text)[other]);
        for typed in [text.clone(), replaced(&text, one, character), swapped(&text, one, other)] {
            let expected = if typed == text { Ok(key.clone()) } else { Err(Error::MistypedLicenseKey) };
            prop_assert_eq!(typed.parse::<LicenseKey>(), expected);
        }
    }
}
