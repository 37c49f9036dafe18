//! What a signer refuses to sign, and what it makes of a grant.

use mintmark_licensing::{
    Error, Grant, Keyring, Line, Mode, OrderIdentity, Rejected, SigningKey, Tier, Verifier,
};

use crate::support::{keyring, line, plain_grant, secret, sign, signing_key, verify};

const YEAR_10000: i64 = 253_402_300_800;

/// The rule for which the plain grant is refused once it is changed.
fn refusal<'a>(change: impl FnOnce(&mut Grant<'a>)) -> Option<&'static str> {
    let mut grant: Grant<'a> = plain_grant();
    change(&mut grant);
    match signing_key().mint(&secret(), &grant) {
        Ok(_) => None,
        Err(Error::UnsignableGrant(rule)) => Some(rule),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn a_grant_that_breaks_a_rule_is_not_signed() {
    let times = Some("times lie between 1970 and the year 9999");
    assert_eq!(refusal(|_| ()), None);
    assert_eq!(refusal(|grant| grant.seq = 0), Some("seq is at least 1"));
    assert_eq!(refusal(|grant| grant.issued_at = -1), times);
    assert_eq!(refusal(|grant| grant.issued_at = i64::MIN), times);
    assert_eq!(refusal(|grant| grant.expires_at = Some(YEAR_10000)), times);
    assert_eq!(refusal(|grant| grant.expires_at = Some(YEAR_10000 - 1)), None);
    assert_eq!(refusal(|grant| grant.updates_until = Some(i64::MAX)), times);
    assert_eq!(refusal(|grant| grant.grace = 90 * 86_400), None);
    assert_eq!(refusal(|grant| grant.grace = 90 * 86_400 + 1), Some("grc is at most 90 days"));
    assert_eq!(refusal(|grant| grant.seats = Some(0)), Some("seats is at least 1"));
}

#[test]
fn a_licensee_that_could_deceive_the_eye_is_not_signed() {
    let rule = Some("sub is at most 128 characters, none of them control or bidi");
    for name in ["a\nb", "a\0", "\u{7f}", "\u{85}", "a\u{202e}b", "\u{2066}", "\u{200f}", "\u{61c}"] {
        assert_eq!(refusal(|grant| grant.licensee = Some(name)), rule, "{name:?}");
    }
    let (longest, too_long) = ("é".repeat(128), "é".repeat(129));
    assert_eq!(refusal(|grant| grant.licensee = Some(&longest)), None);
    assert_eq!(refusal(|grant| grant.licensee = Some(&too_long)), rule);
}

#[test]
fn a_malformed_entitlement_is_not_signed() {
    let rule = Some("an entitlement is [a-z0-9][a-z0-9._-]{0,63}");
    for name in ["", "-a", "A", "a b", "é", &"a".repeat(65)] {
        let entitlements = [name.to_owned()];
        assert_eq!(refusal(|grant| grant.entitlements = &entitlements), rule, "{name:?}");
    }
    let many: Vec<String> = (0..65).map(|number| number.to_string()).collect();
    assert_eq!(refusal(|grant| grant.entitlements = &many), Some("ent has at most 64 entitlements"));
    assert_eq!(refusal(|grant| grant.entitlements = &many[1..]), None);
}

#[test]
fn a_payload_over_2048_bytes_is_not_signed() {
    let long: Vec<String> = (10..50).map(|number| format!("{number}{}", "a".repeat(60))).collect();
    assert_eq!(refusal(|grant| grant.entitlements = &long), Some("the payload is at most 2048 bytes"));
}

#[test]
fn every_term_of_a_grant_is_written_in_the_order_of_the_format() {
    let entitlements = ["export-csv", "batch", "core", "batch"].map(str::to_owned);
    let grant = Grant {
        identity: OrderIdentity { source: "gumroad", mode: Mode::Test, order_id: "GUM-2001", item: 0 },
        seq: 3,
        expires_at: Some(1_798_761_600),
        grace: 604_800,
        updates_until: Some(1_798_761_601),
        entitlements: &entitlements,
        seats: Some(5),
        licensee: Some("Jane \"J\" Doe"),
        ..plain_grant()
    };
    let minted = signing_key().mint(&secret(), &grant).unwrap();
    let payload = format!(
        r#"{{"lid":"{}","prd":"DT1","tier":"CORE","seq":3,"iat":1767225600,"exp":1798761600,"grc":604800,"upd":1798761601,"ent":["batch","core","export-csv"],"seats":5,"sub":"Jane \"J\" Doe","kh":"{}","env":"test"}}"#,
        minted.id,
        minted.key.last_characters(),
    );
    assert_eq!(minted.blob, sign(payload));
}

#[test]
fn a_test_order_verifies_only_where_test_licenses_are_accepted() {
    let identity = OrderIdentity { source: "gumroad", mode: Mode::Test, order_id: "GUM-2001", item: 0 };
    let blob = signing_key().mint(&secret(), &Grant { identity, ..plain_grant() }).unwrap().blob;
    assert_eq!(verify(&blob), Err(Rejected::TestLicenseInLiveBuild));
    let ring = keyring();
    let license = Verifier::new(&ring, line()).accepting_test_licenses().verify(&blob).unwrap();
    assert_eq!(license.mode(), Mode::Test);
}

#[test]
fn a_minted_license_shows_neither_key_nor_blob_in_debug_output() {
    let minted = signing_key().mint(&secret(), &plain_grant()).unwrap();
    let shown = "Minted { id: LicenseId(d779aaeb-58f7-843b-ab06-da8a4f603948), key: LicenseKey(DT1-CORE-…-1EKNX), .. }";
    assert_eq!(format!("{minted:?}"), shown);
}

#[test]
fn lines_and_tiers_are_words_of_at_most_16_characters() {
    for text in ["", "a-b", "ABCDEFGHIJKLMNOPQ", "é", "a B", "ſ"] {
        assert_eq!(text.parse::<Line>(), Err(Error::InvalidLine), "{text}");
        assert_eq!(text.to_lowercase().parse::<Tier>(), Err(Error::InvalidTier), "{text}");
    }
    assert_eq!("dt1".parse::<Line>(), Err(Error::InvalidLine));
    assert_eq!("Core".parse::<Tier>(), Err(Error::InvalidTier));
}

#[test]
fn a_license_issued_again_says_the_same_under_another_key_and_number() {
    let before = verify(&signing_key().mint(&secret(), &plain_grant()).unwrap().blob).unwrap();
    let other = SigningKey::from_seed(&[7; 32]).unwrap();
    let blob = other.reissue(&before, 9).unwrap();
    let ring = Keyring::new([other.public_key()]).unwrap();
    let after = Verifier::new(&ring, line()).verify(&blob).unwrap();
    assert_eq!((after.signed_by(), after.seq()), (other.kid(), 9));
    assert_eq!(after.to_json(), before.to_json().replace("\"seq\":1,", "\"seq\":9,"));
    assert_eq!(other.reissue(&before, 0), Err(Error::UnsignableGrant("seq is at least 1")));
}
