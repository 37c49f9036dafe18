//! Revocation lists: who may sign one, what it revokes, and that no other text passes for one.

use mintmark_licensing::{
    Error, Grant, KeyId, Keyring, License, Rejected, RevocationKey, Revocations, SigningKey, Verified,
    Verifier,
};

use crate::support::{
    GOLDEN_BLOB, GOLDEN_LIST, GOLDEN_LIST_PAYLOAD, REVOCATION_SEED, SEED, full_keyring, line, plain_grant,
    revocation_key, secret, sign, sign_list, sign_text_with, signing_key, verify, verify_list,
    with_unreduced_scalar,
};

const NOTHING: Revocations<'_> =
    Revocations { serial: 1, issued_at: 1_767_225_600, next_update: 1_767_830_400, licenses: &[], keys: &[] };

fn minted(seq: u64) -> Verified<License> {
    let grant = Grant { seq, ..plain_grant() };
    let blob = signing_key().mint(&secret(), &grant).expect("a plain grant").blob;
    verify(&blob).expect("a genuine blob")
}

#[test]
fn the_golden_seed_yields_the_golden_revocation_key() {
    let golden = "22fc297792f0b6ffc0bfcfdb7edb0c0aa14e025a365ec0e342e86e3829cb74b6";
    assert_eq!(revocation_key().public_key(), golden.parse().unwrap());
    assert_eq!(revocation_key().kid().to_string(), "4c7WqD2YC7M");
}

#[test]
fn the_golden_list_verifies_and_says_what_was_signed() {
    assert_eq!(sign_list(GOLDEN_LIST_PAYLOAD), GOLDEN_LIST);
    let list = verify_list(&format!("\n{GOLDEN_LIST}\r\n")).unwrap();
    assert_eq!((list.serial(), list.issued_at(), list.next_update()), (7, 1_767_225_600, 1_767_830_400));
    assert_eq!(list.license_count(), 2);
    let keys: Vec<String> = list.revoked_keys().iter().map(KeyId::to_string).collect();
    assert_eq!(keys, ["AAECAwQFBgc"]);
    assert!(list.revokes(&verify(GOLDEN_BLOB).unwrap()));
    // It is named, with the seq that it has.
    assert!(!list.revokes(&minted(1)));
}

#[test]
fn the_golden_list_without_its_key_is_what_the_revocation_key_signs() {
    let licenses = [(minted(1).id(), 1), (verify(GOLDEN_BLOB).unwrap().id(), 2)];
    let revocations = Revocations { serial: 7, licenses: &licenses, ..NOTHING };
    let payload = GOLDEN_LIST_PAYLOAD.replace("\"AAECAwQFBgc\"", "");
    assert_eq!(revocation_key().sign(&revocations).unwrap(), sign_list(payload));
}

#[test]
fn a_blob_is_revoked_if_its_seq_is_below_the_smallest_that_is_good() {
    let licenses = [(minted(1).id(), 3)];
    let list = revocation_key().sign(&Revocations { licenses: &licenses, ..NOTHING }).unwrap();
    let list = verify_list(&list).unwrap();
    assert_eq!([1, 2, 3, 4].map(|seq| list.revokes(&minted(seq))), [true, true, false, false]);
    assert!(!list.revokes(&verify(GOLDEN_BLOB).unwrap()), "of another license");
}

#[test]
fn every_blob_under_a_revoked_key_is_revoked() {
    let keys = [signing_key().kid(), signing_key().kid()];
    let list = revocation_key().sign(&Revocations { keys: &keys, ..NOTHING }).unwrap();
    let list = verify_list(&list).unwrap();
    assert_eq!((list.revoked_keys(), minted(1).signed_by()), ([signing_key().kid()].as_slice(), keys[0]));
    assert!(list.revokes(&minted(1)) && list.revokes(&minted(u64::MAX)));
}

#[test]
fn an_empty_list_revokes_nothing() {
    let list = verify_list(&revocation_key().sign(&NOTHING).unwrap()).unwrap();
    assert_eq!((list.license_count(), list.revoked_keys().len()), (0, 0));
    assert!(!list.revokes(&minted(1)));
}

#[test]
fn licenses_may_come_in_any_order_and_of_two_numbers_the_larger_counts() {
    let (one, other) = (minted(1).id(), verify(GOLDEN_BLOB).unwrap().id());
    let sign = |licenses| revocation_key().sign(&Revocations { licenses, ..NOTHING }).unwrap();
    assert_eq!(sign(&[(one, 2), (other, 5), (one, 9), (one, 3)]), sign(&[(other, 5), (one, 9)]));
}

#[test]
fn what_a_verifier_would_refuse_is_not_signed() {
    let license = [(minted(1).id(), 0)];
    for revocations in [
        Revocations { serial: 0, ..NOTHING },
        Revocations { issued_at: -1, ..NOTHING },
        Revocations { next_update: 253_402_300_800, ..NOTHING },
        Revocations { next_update: NOTHING.issued_at - 1, ..NOTHING },
        Revocations { licenses: &license, ..NOTHING },
    ] {
        let refused = revocation_key().sign(&revocations);
        assert!(matches!(refused, Err(Error::UnsignableList(_))), "{revocations:?}");
    }
}

#[test]
fn a_key_is_good_for_one_use_alone() {
    let ring = full_keyring();
    // A list under the signing key, and a license under the revocation key.
    let list = RevocationKey::from_seed(&SEED).unwrap().sign(&NOTHING).unwrap();
    let unknown = Rejected::UnknownKey { kid: signing_key().kid() };
    assert_eq!(ring.verify_revocation_list(&list), Err(unknown));
    let blob = SigningKey::from_seed(&REVOCATION_SEED).unwrap().mint(&secret(), &plain_grant()).unwrap().blob;
    let unknown = Rejected::UnknownKey { kid: revocation_key().kid() };
    assert_eq!(Verifier::new(&ring, line()).verify(&blob), Err(unknown));
    // Relabeled.
    let relabeled = list.replace(&signing_key().kid().to_string(), &revocation_key().kid().to_string());
    assert_eq!(ring.verify_revocation_list(&relabeled), Err(Rejected::BadSignature));
}

#[test]
fn no_key_is_in_a_ring_for_two_uses_or_twice_for_one() {
    let (signing, revocation) = (signing_key().public_key(), revocation_key().public_key());
    let ring = || Keyring::new([signing]).unwrap();
    let twice = |key: mintmark_licensing::PublicKey| Error::DuplicateKey(key.kid());
    assert_eq!(ring().with_revocation_keys([signing]).unwrap_err(), twice(signing));
    assert_eq!(ring().with_revocation_keys([revocation, revocation]).unwrap_err(), twice(revocation));
    let without = ring().verify_revocation_list(GOLDEN_LIST);
    assert_eq!(without, Err(Rejected::UnknownKey { kid: revocation.kid() }));
}

#[test]
fn a_text_of_another_kind_is_no_list_even_if_the_revocation_key_signed_it() {
    let message = |text: &str, prefix: &str| {
        let (signed, _) = text.rsplit_once('.').unwrap();
        sign_text_with(&REVOCATION_SEED, &signed.replacen("DTREV1:", prefix, 1))
    };
    assert_eq!(verify_list(&message(GOLDEN_LIST, "DTLIC2:")), Err(Rejected::NotALicense));
    assert_eq!(verify_list(&message(GOLDEN_LIST, "DTREV2:")), Err(Rejected::UnsupportedVersion));
    assert_eq!(verify_list(&message(GOLDEN_LIST, "DTREV:")), Err(Rejected::NotALicense));
    assert_eq!(verify_list(GOLDEN_BLOB), Err(Rejected::NotALicense));
    assert_eq!(verify(GOLDEN_LIST), Err(Rejected::NotALicense));
    // The payload of a license in the frame of a list, and the other way round.
    assert_eq!(verify_list(&sign_list(crate::support::GOLDEN_PAYLOAD)), Err(Rejected::BadPayload));
    assert_eq!(verify(&sign(GOLDEN_LIST_PAYLOAD)), Err(Rejected::BadPayload));
}

#[test]
fn a_changed_list_is_refused_wherever_it_is_changed() {
    let ring = full_keyring();
    let mut accepted = Vec::new();
    for at in 0..GOLDEN_LIST.len() {
        let (before, after) = (&GOLDEN_LIST[..at], &GOLDEN_LIST[at + 1..]);
        let substituted =
            ["A", "B", "z", "0", "-", "_", ".", "=", " ", "é"].map(|by| format!("{before}{by}{after}"));
        let inserted = ["A", ".", "\n"].map(|by| format!("{before}{by}{}", &GOLDEN_LIST[at..]));
        let mutants = [format!("{before}{after}"), before.to_owned(), GOLDEN_LIST[at + 1..].to_owned()];
        let mutants = mutants.into_iter().chain(substituted).chain(inserted);
        let is_other = |mutant: &String| mutant.trim() != GOLDEN_LIST;
        accepted
            .extend(mutants.filter(|mutant| is_other(mutant) && ring.verify_revocation_list(mutant).is_ok()));
    }
    assert_eq!(accepted, Vec::<String>::new());
}

#[test]
fn a_signature_in_a_second_spelling_is_refused() {
    assert_eq!(verify_list(&with_unreduced_scalar(GOLDEN_LIST)), Err(Rejected::BadSignature));
}

#[test]
fn a_list_over_four_mebibytes_is_too_long_before_anything_is_decoded() {
    let filled = |length: usize| format!("DTREV1:{}", "A".repeat(length - 7));
    assert_eq!(verify_list(&filled(4 * 1024 * 1024 + 1)), Err(Rejected::TooLong));
    assert_eq!(verify_list(&filled(4 * 1024 * 1024)), Err(Rejected::BadCharacter { at: 18 }));
}

#[test]
fn no_secret_shows_in_the_debug_output_of_a_revocation_key() {
    assert_eq!(format!("{:?}", revocation_key()), "RevocationKey(4c7WqD2YC7M)");
}
