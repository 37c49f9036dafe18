//! `vectors.json`, which holds this crate and every port of it to the same answers.

mod answers;
mod blobs;
mod keys;
mod lists;
mod pastes;
mod standings;

use serde_json::{Value, json};

use crate::support::{revocation_key, signing_key};

/// The committed file.
pub(crate) const FILE: &str = include_str!("../../../vectors.json");

/// Everything in the file, made from fixed seeds. What is expected is written out by hand, beside each case.
fn made() -> Value {
    json!({
        "version": 1,
        "about": "docs/BLOB.md of Mintmark says how each list is to be read. Times are Unix seconds.",
        "defaults": {
            "signing_keys": [hex(signing_key().public_key().as_bytes())],
            "revocation_keys": [hex(revocation_key().public_key().as_bytes())],
            "product": "DT1",
            "test_licenses": false,
        },
        "public_keys": keys::public_keys(),
        "license_keys": keys::license_keys(),
        "blobs": blobs::made(),
        "pastes": pastes::made(),
        "revocation_lists": lists::made(),
        "standings": standings::made(),
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn parsed() -> Value {
    serde_json::from_str(FILE).expect("vectors.json is JSON")
}

#[test]
fn the_committed_vectors_are_what_their_maker_makes() {
    let made = made();
    if std::env::var_os("WRITE_VECTORS").is_some() {
        let text = serde_json::to_string_pretty(&made).unwrap() + "\n";
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/vectors.json"), text).unwrap();
    }
    // As values: whether serde_json keeps the order of members depends on what else is built.
    assert!(
        made == parsed(),
        "vectors.json is out of date: WRITE_VECTORS=1 cargo test -p mintmark-licensing"
    );
}

#[test]
fn every_vector_has_a_name_of_its_own() {
    for (list, cases) in parsed().as_object().unwrap().iter().filter(|(_, cases)| cases.is_array()) {
        let mut names: Vec<&str> =
            cases.as_array().unwrap().iter().map(|case| case["name"].as_str().unwrap()).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count, "{list}");
    }
}

#[test]
fn every_rejection_has_a_vector() {
    let vectors = parsed();
    for number in 1..=11 {
        let code = format!("DTL{number:02}");
        let has = |case: &Value| case["expect"]["code"] == *code;
        assert!(vectors["blobs"].as_array().unwrap().iter().any(has), "{code}");
    }
}
