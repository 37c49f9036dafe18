//! `blob verify` and `blob inspect`, against the vectors of the format.

use crate::folder::{Finished, Folder};
use serde_json::Value;
use std::io::Write as _;
use std::process::Stdio;

const VECTORS: &str = include_str!("../../../../crates/licensing/vectors.json");

fn vectors() -> Value {
    serde_json::from_str(VECTORS).unwrap()
}

fn signing_key() -> String {
    vectors()["defaults"]["signing_keys"][0].as_str().unwrap().to_owned()
}

fn blob(vector: &Value) -> &str {
    vector["blob"].as_str().unwrap()
}

/// The first vector that is a license.
fn genuine() -> Value {
    let vectors = vectors();
    let blobs = vectors["blobs"].as_array().unwrap();
    blobs.iter().find(|vector| vector["expect"]["license"].is_object()).unwrap().clone()
}

/// The program with this on its standard input.
fn fed(arguments: &[&str], input: &[u8]) -> Finished {
    let folder = Folder::empty();
    let mut program = folder.program(arguments);
    let mut child =
        program.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let finished = child.wait_with_output().unwrap().into();
    assert!(folder.is_empty(), "keys and products are given: no installation is needed, and none is made");
    finished
}

fn verified(options: &[&str], input: &str) -> Finished {
    let key = signing_key();
    let arguments =
        [&["blob", "verify", "--json", "--public-key", &key, "--product", "DT1"], options].concat();
    fed(&arguments, input.as_bytes())
}

fn judged(options: &[&str], input: &str) -> Value {
    serde_json::from_str(&verified(options, input).output).unwrap()
}

#[test]
fn each_vector_is_answered_as_it_says() {
    let vectors = vectors();
    let usual = |vector: &&Value| {
        ["product", "signing_keys", "test_licenses"].iter().all(|setting| vector.get(setting).is_none())
    };
    let mut count = 0;
    for vector in vectors["blobs"].as_array().unwrap().iter().filter(usual) {
        let (name, expected) = (&vector["name"], &vector["expect"]);
        let finished = verified(&["--now", "1780000000"], blob(vector));
        let verdict: Value = serde_json::from_str(&finished.output).unwrap();
        match expected.get("rejected").and_then(Value::as_str) {
            Some(rejected) => {
                assert_eq!((&verdict["rejected"], finished.code), (&Value::from(rejected), 3), "{name}");
            }
            None => assert_eq!(verdict["license"], expected["license"], "{name}"),
        }
        count += 1;
    }
    assert!(count > 20, "only {count} vectors");
}

#[test]
fn a_license_runs_until_it_does_not() {
    let genuine = genuine();
    let running = verified(&["--now", "2026-06-01T00:00:00Z"], blob(&genuine));
    assert_eq!(running.code, 0, "{}", running.output);
    let verdict: Value = serde_json::from_str(&running.output).unwrap();
    assert_eq!((&verdict["standing"], &verdict["until"]), (&"active".into(), &1_798_761_600.into()));
    let expired = verified(&["--now", "1800000000"], blob(&genuine));
    assert_eq!(expired.code, 1);
    assert!(expired.output.starts_with("{") && expired.output.contains("\"expired\""), "{}", expired.output);
}

#[test]
fn nothing_is_no_license() {
    for options in [&[][..], &["--lines"], &["--intake"]] {
        let verdict = judged(options, "");
        assert_eq!((&verdict["rejected"], &verdict["code"]), (&"not_a_license".into(), &"DTL01".into()));
    }
}

#[test]
fn only_white_space_at_the_ends_is_forgiven_unless_it_is_asked_to_mend() {
    let genuine = genuine();
    let (head, tail) = blob(&genuine).split_at(60);
    assert_eq!(verified(&["--now", "1780000000"], &format!(" \n{head}{tail}\r\n")).code, 0);
    let wrapped = format!("> {head}\n> {tail}\n");
    assert_eq!(verified(&["--now", "1780000000"], &wrapped).code, 3);
    assert_eq!(verified(&["--now", "1780000000", "--intake"], &wrapped).code, 0);
}

#[test]
fn lines_are_answered_line_by_line_and_the_worst_counts() {
    let genuine = genuine();
    let lines = format!("{0}\nDTLIC2:rubbish\n{0}\n", blob(&genuine));
    let finished = verified(&["--lines", "--now", "1780000000"], &lines);
    let standings: Vec<Value> = finished
        .output
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["standing"].clone())
        .collect();
    assert_eq!(standings, [Value::from("active"), Value::Null, Value::from("active")]);
    assert_eq!(finished.code, 3);
}

#[test]
fn the_installations_own_key_serves_where_none_is_given() {
    let folder = Folder::initialized();
    std::fs::write(folder.path("license.dtlic"), blob(&genuine())).unwrap();
    let finished = folder.admin(&["blob", "verify", "license.dtlic"]);
    assert_eq!(finished.code, 3);
    assert!(
        finished.output.starts_with("rejected: the license is signed with the unknown key"),
        "{}",
        finished.output
    );
}

#[test]
fn what_a_retired_key_has_signed_is_genuine_until_the_key_is_distrusted() {
    let folder = Folder::initialized();
    let mint = ["mint", "--product", "datatools-core", "--email", "ada@example.com", "--json"];
    let verify = |blob: &str| {
        std::fs::write(folder.path("license.dtlic"), blob).unwrap();
        folder.admin(&["blob", "verify", "license.dtlic"]).code
    };
    let old = folder.rows(&mint).remove(0);
    folder.admin(&["key", "standby"]);
    folder.admin(&["key", "rotate"]);
    let new = folder.rows(&mint).remove(0);
    assert_eq!([&old, &new].map(|license| verify(blob(license))), [0, 0]);

    folder.admin(&["key", "standby"]);
    folder.admin(&["key", "rotate", "--compromised"]);
    assert_eq!([&old, &new].map(|license| verify(blob(license))), [3, 3]);
    let reissued = folder.rows(&["license", "list", "--json"]);
    assert_eq!(reissued.iter().map(|license| verify(blob(license))).collect::<Vec<_>>(), [0, 0]);
}

#[test]
fn without_any_keys_there_is_no_verdict() {
    let finished = Folder::empty().admin(&["blob", "verify", "-"]);
    assert_eq!((finished.code, finished.output.as_str()), (2, ""));
}

#[test]
fn a_key_may_begin_with_a_hyphen() {
    // One key in 64 is spelled so.
    let key = "-Ak1PnRuUJc0xbfvnfkdSrfGIaz_kXFuS1xqmlNHVQ4";
    let finished = fed(&["blob", "verify", "--public-key", key, "--product", "DT1"], b"");
    assert_eq!((finished.code, finished.errors.as_str()), (3, ""));
}

#[test]
fn people_read_what_it_says() {
    let key = signing_key();
    let arguments = ["blob", "verify", "--public-key", &key, "--product", "DT1", "--now", "1780000000"];
    insta::assert_snapshot!("blob_verify_words", fed(&arguments, blob(&genuine()).as_bytes()).output);
    insta::assert_snapshot!(
        "blob_inspect_words",
        fed(&["blob", "inspect"], blob(&genuine()).as_bytes()).output
    );
}

#[test]
fn what_is_not_to_be_read_or_understood_is_a_mistake_of_usage() {
    let folder = Folder::empty();
    let key = signing_key();
    for arguments in [
        vec!["blob", "verify", "--public-key", &key, "--product", "DT1", "no-such-file"],
        vec!["blob", "verify", "--public-key", "rubbish"],
        vec!["blob", "verify", "--now", "tomorrow"],
        vec!["blob", "verify", "--public-key", &key, "--public-key", &key, "--product", "DT1"],
    ] {
        let finished = folder.admin(&arguments);
        assert_eq!((finished.code, finished.output.as_str()), (2, ""), "{arguments:?}");
        assert!(!finished.errors.is_empty());
    }
}
