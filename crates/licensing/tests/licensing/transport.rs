//! What can happen to a blob on its way, and the code each accident has.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use mintmark_licensing::Rejected;

use crate::support::{
    GOLDEN_BLOB, payload_with, sign, sign_text, signing_key, verify, with_unreduced_scalar,
};

const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Where the signature of the golden blob begins.
fn signature_start() -> usize {
    GOLDEN_BLOB.rfind('.').expect("the golden blob has dots") + 1
}

/// Overwrites the last character of a part by the next one of the base64 alphabet: the same bytes, other trailing bits.
fn with_trailing_bits(part: &str) -> String {
    let (rest, last) = part.split_at(part.len() - 1);
    let place = ALPHABET.find(last).expect("a part is base64url");
    let next = &ALPHABET[place + 1..place + 2];
    format!("{rest}{next}")
}

#[test]
fn white_space_at_the_ends_is_trimmed() {
    assert!(verify(&format!("\r\n\t {GOLDEN_BLOB} \n")).is_ok());
}

#[test]
fn a_text_without_the_prefix_is_not_a_license() {
    let lower = GOLDEN_BLOB.replace("DTLIC2", "dtlic2");
    for text in ["", " ", "DTLIC2", "hello", "DTREV1:a.b.c", "DTLIC:a", "DTLICX:a", &GOLDEN_BLOB[7..], &lower]
    {
        assert_eq!(verify(text), Err(Rejected::NotALicense), "{text}");
    }
}

#[test]
fn another_version_is_unsupported() {
    for prefix in ["DTLIC1:", "DTLIC3:", "DTLIC20:"] {
        assert_eq!(
            verify(&GOLDEN_BLOB.replace("DTLIC2:", prefix)),
            Err(Rejected::UnsupportedVersion),
            "{prefix}"
        );
    }
}

#[test]
fn a_blob_over_4096_characters_is_too_long() {
    let filled = |length: usize| format!("DTLIC2:{}", "A".repeat(length - 7));
    assert_eq!(verify(&filled(4097)), Err(Rejected::TooLong));
    assert_eq!(verify(&filled(10 * 1024 * 1024)), Err(Rejected::TooLong));
    assert_eq!(verify(&filled(4096)), Err(Rejected::BadCharacter { at: 18 }));
}

#[test]
fn a_blob_without_its_end_is_truncated() {
    for end in [7, 8, 17, 18, 19, 40, signature_start() - 1, signature_start(), GOLDEN_BLOB.len() - 1] {
        assert_eq!(verify(&GOLDEN_BLOB[..end]), Err(Rejected::Truncated), "{end}");
    }
}

#[test]
fn a_character_of_no_blob_is_named_by_its_place() {
    for (character, at) in
        [('+', 30), ('/', 40), ('=', 50), (' ', 60), ('\n', 76), ('é', 100), ('\u{200b}', 7)]
    {
        let text = format!("{}{character}{}", &GOLDEN_BLOB[..at], &GOLDEN_BLOB[at + 1..]);
        assert_eq!(verify(&text), Err(Rejected::BadCharacter { at }), "{character:?}");
        assert_eq!(
            verify(&format!("  {text}")),
            Err(Rejected::BadCharacter { at }),
            "{character:?} indented"
        );
    }
}

#[test]
fn bytes_after_the_signature_are_named_by_their_place() {
    for more in ["=", "==", "A", ".", ".AAAA", "\u{a0}x"] {
        let rejected = Rejected::BadCharacter { at: GOLDEN_BLOB.len() };
        assert_eq!(verify(&format!("{GOLDEN_BLOB}{more}")), Err(rejected), "{more}");
    }
}

#[test]
fn a_key_id_of_another_length_is_named_by_the_place_of_its_end() {
    let shorter = GOLDEN_BLOB.replacen("9io.", "9i.", 1);
    let longer = GOLDEN_BLOB.replacen("9io.", "9ioo.", 1);
    assert_eq!(verify(&shorter), Err(Rejected::BadCharacter { at: 17 }));
    assert_eq!(verify(&longer), Err(Rejected::BadCharacter { at: 18 }));
}

#[test]
fn trailing_bits_are_refused_in_every_part_even_if_signed() {
    let kid = signing_key().kid().to_string();
    let payload = URL_SAFE_NO_PAD.encode(payload_with(r#","sub":"a""#));
    let (signed, signature) = GOLDEN_BLOB.split_at(signature_start());

    let in_kid = sign_text(&format!("DTLIC2:{}.{payload}", with_trailing_bits(&kid)));
    assert_eq!(verify(&in_kid), Err(Rejected::BadCharacter { at: 17 }));
    let in_payload = sign_text(&format!("DTLIC2:{kid}.{}", with_trailing_bits(&payload)));
    assert_eq!(verify(&in_payload), Err(Rejected::BadCharacter { at: 18 + payload.len() }));
    let in_signature = format!("{signed}{}", with_trailing_bits(signature));
    assert_eq!(verify(&in_signature), Err(Rejected::BadCharacter { at: GOLDEN_BLOB.len() - 1 }));
}

#[test]
fn padding_is_refused_even_if_signed() {
    let payload = URL_SAFE_NO_PAD.encode(payload_with(r#","sub":"a""#));
    let padded = sign_text(&format!("DTLIC2:{}.{payload}=", signing_key().kid()));
    assert_eq!(verify(&padded), Err(Rejected::BadCharacter { at: 19 + payload.len() }));
}

#[test]
fn an_empty_payload_is_malformed_once_signed() {
    assert_eq!(verify(&sign("")), Err(Rejected::BadPayload));
}

#[test]
fn a_signature_whose_scalar_is_not_reduced_is_refused() {
    let forged = with_unreduced_scalar(GOLDEN_BLOB);
    assert_eq!(verify(&forged), Err(Rejected::BadSignature));
}

#[test]
fn another_payload_under_an_old_signature_is_tampering() {
    let (_, signature) = GOLDEN_BLOB.split_at(signature_start());
    let payload = URL_SAFE_NO_PAD.encode(payload_with(r#","ent":["everything"]"#));
    let rejected = verify(&format!("DTLIC2:{}.{payload}.{signature}", signing_key().kid())).unwrap_err();
    assert_eq!((rejected, rejected.code()), (Rejected::BadSignature, "DTL07"));
    assert!(rejected.is_tampering() && !rejected.is_paste_damage());
}

#[test]
fn every_rejection_keeps_its_code() {
    let kid = signing_key().kid();
    let all = [
        Rejected::NotALicense,
        Rejected::TooLong,
        Rejected::Truncated,
        Rejected::BadCharacter { at: 1 },
        Rejected::UnsupportedVersion,
        Rejected::UnknownKey { kid },
        Rejected::BadSignature,
        Rejected::BadPayload,
        Rejected::WrongProduct,
        Rejected::NeedsNewerApp,
        Rejected::TestLicenseInLiveBuild,
    ];
    let codes: Vec<&str> = all.iter().map(Rejected::code).collect();
    let expected: Vec<String> = (1..=11).map(|number| format!("DTL{number:02}")).collect();
    assert_eq!(codes, expected);
    let words: Vec<&str> = all.iter().map(Rejected::as_str).collect();
    assert_eq!(
        words.join(" "),
        "not_a_license too_long truncated bad_character unsupported_version unknown_key bad_signature bad_payload wrong_product needs_newer_app test_license_in_live_build"
    );
    assert_eq!(all.iter().filter(|rejected| rejected.is_paste_damage()).count(), 4);
}
