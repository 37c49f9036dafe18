//! What this crate answers to each vector.

use mintmark_licensing::{
    Context, Damage, Error, Keyring, License, LicenseKey, Marks, PublicKey, Rejected, Verified, Verifier,
    intake,
};
use serde_json::{Value, json};

use super::parsed;
use crate::support::{full_keyring, line, verify_list};

#[test]
fn every_public_key_is_read_or_refused_as_the_vectors_say() {
    check("public_keys", |case| match text(case, "text").parse::<PublicKey>() {
        Ok(key) => json!({ "kid": key.kid().to_string() }),
        Err(Error::WeakPublicKey) => json!("weak"),
        Err(_) => json!("invalid"),
    });
}

#[test]
fn every_typed_license_key_is_read_or_refused_as_the_vectors_say() {
    check("license_keys", |case| match text(case, "typed").parse::<LicenseKey>() {
        Ok(key) => json!({ "key": key.to_string() }),
        Err(Error::MistypedLicenseKey) => json!("mistyped"),
        Err(_) => json!("invalid"),
    });
}

#[test]
fn every_blob_is_verified_or_rejected_as_the_vectors_say() {
    check("blobs", |case| match verified(case) {
        Ok(license) => json!({ "license": parse(&license.to_json()) }),
        Err(rejected) => refusal(rejected),
    });
}

#[test]
fn every_paste_is_mended_or_named_as_the_vectors_say() {
    check("pastes", |case| match intake(text(case, "paste")) {
        Ok(text) => json!({ "text": text }),
        Err(damage) => named(damage),
    });
}

#[test]
fn every_revocation_list_is_verified_or_rejected_as_the_vectors_say() {
    check("revocation_lists", |case| {
        let list = match verify_list(text(case, "list")) {
            Ok(list) => list,
            Err(rejected) => return refusal(rejected),
        };
        let blobs = case["expect"]["revokes"].as_array().expect("a list is tried with blobs").iter();
        let tried = blobs.map(|tried| {
            let license = verified(tried).expect("a list is tried with genuine blobs");
            json!({ "blob": tried["blob"], "revoked": list.revokes(&license) })
        });
        let revokes: Vec<Value> = tried.collect();
        let (serial, issued_at, next_update) = (list.serial(), list.issued_at(), list.next_update());
        json!({ "serial": serial, "issued_at": issued_at, "next_update": next_update, "revokes": revokes })
    });
}

#[test]
fn every_license_stands_as_the_vectors_say() {
    check("standings", |case| {
        let given = &case["context"];
        let list = given["list"].as_str().map(|list| verify_list(list).expect("a genuine list"));
        let marks: Marks =
            given["marks"].as_str().map(|marks| marks.parse().expect("marks")).unwrap_or_default();
        let mut context = Context::at(given["now"].as_i64().expect("a time"))
            .with_marks(&marks)
            .with_revocation_list(list.as_deref());
        if let Some(build_date) = given["build_date"].as_i64() {
            context = context.with_build_date(build_date);
        }
        let license = verified(case).expect("standings are of genuine blobs");
        let standing = license.standing(&context);
        json!({
            "standing": standing.status().as_str(),
            "until": standing.until(),
            "reasons": standing.reasons().iter().map(|reason| reason.as_str()).collect::<Vec<_>>(),
            "grants": standing.entitlements().collect::<Vec<_>>(),
        })
    });
}

fn check(list: &str, answer: impl Fn(&Value) -> Value) {
    let vectors = parsed();
    let cases = vectors[list].as_array().expect("a list of vectors");
    assert!(!cases.is_empty());
    for case in cases {
        assert_eq!(answer(case), case["expect"], "{list}: {}", case["name"]);
    }
}

fn verified(case: &Value) -> Result<Verified<License>, Rejected> {
    let ring = ring(case);
    let verifier = Verifier::new(&ring, line());
    let accepts = case["test_licenses"].as_bool().unwrap_or(false);
    let verifier = if accepts { verifier.accepting_test_licenses() } else { verifier };
    verifier.verify(text(case, "blob"))
}

fn ring(case: &Value) -> Keyring {
    let Some(keys) = case["signing_keys"].as_array() else { return full_keyring() };
    let keys = keys.iter().map(|key| key.as_str().expect("a text").parse().expect("a public key"));
    Keyring::new(keys).expect("a ring")
}

fn refusal(rejected: Rejected) -> Value {
    let mut answer = json!({ "rejected": rejected.as_str(), "code": rejected.code() });
    match rejected {
        Rejected::BadCharacter { at } => answer["at"] = json!(at),
        Rejected::UnknownKey { kid } => answer["kid"] = json!(kid.to_string()),
        _ => {}
    }
    answer
}

fn named(damage: Damage) -> Value {
    let mut answer = json!({ "damage": damage.as_str(), "code": Rejected::from(damage).code() });
    if let Damage::Dash { at } | Damage::HtmlEntity { at } = damage {
        answer["at"] = json!(at);
    }
    answer
}

fn text<'a>(case: &'a Value, field: &str) -> &'a str {
    case[field].as_str().expect("a vector has its text")
}

fn parse(json: &str) -> Value {
    serde_json::from_str(json).expect("a license is JSON")
}
