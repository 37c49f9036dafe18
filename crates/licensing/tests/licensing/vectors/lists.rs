//! Vectors of revocation lists.

use serde_json::{Value, json};

use crate::support::{
    GOLDEN_BLOB, GOLDEN_LIST, GOLDEN_LIST_PAYLOAD, payload_with, sign, sign_list, sign_text_with,
};

pub(super) fn made() -> Vec<Value> {
    let second = sign(payload_with(r#","sub":"a newer blob""#).replace(r#""seq":1"#, r#""seq":2"#));
    let by_key =
        with(r#""AAECAwQFBgc""#, r#""3QW-eYXr9io""#).replace(r#"["iZKPJfDJYl0",1],["mgGEuXZCNZU",2]"#, "");
    let fine = [
        ("golden", GOLDEN_LIST.to_owned(), 7, true, false),
        ("nothing revoked", sign_list(with(r#",["mgGEuXZCNZU",2]"#, "")), 7, false, false),
        ("the signing key revoked", sign_list(by_key), 7, true, true),
        ("white space at the ends", format!("\r\n{GOLDEN_LIST} "), 7, true, false),
        ("an unknown field", sign_list(with("{", r#"{"new":[1],"#)), 7, true, false),
    ];
    let fine = fine.map(|(name, list, serial, golden, newer)| {
        let revokes = json!([
            { "blob": GOLDEN_BLOB, "revoked": golden },
            { "blob": second, "revoked": newer },
        ]);
        case(name, &list, json!({ "serial": serial, "issued_at": 1_767_225_600, "next_update": 1_767_830_400, "revokes": revokes }))
    });
    fine.into_iter().chain(framed()).chain(malformed()).collect()
}

fn framed() -> Vec<Value> {
    let (signed, _) = GOLDEN_LIST.rsplit_once('.').expect("a list has dots");
    let signing = signed.replacen("4c7WqD2YC7M", "3QW-eYXr9io", 1);
    let unknown = json!({ "rejected": "unknown_key", "code": "DTL06", "kid": "3QW-eYXr9io" });
    vec![
        bad("a license", GOLDEN_BLOB, "not_a_license", "DTL01"),
        bad("cut off", &GOLDEN_LIST[..200], "truncated", "DTL03"),
        bad(
            "the version after this",
            &GOLDEN_LIST.replace("DTREV1", "DTREV2"),
            "unsupported_version",
            "DTL05",
        ),
        case("signed with a signing key", &sign_text_with(&[0x42; 32], &signing), unknown),
        bad("one changed letter", &GOLDEN_LIST.replacen("eyJu", "eyJv", 1), "bad_signature", "DTL07"),
    ]
}

fn malformed() -> Vec<Value> {
    let payloads = [
        ("the payload of a license", payload_with("")),
        ("serial 0", with(r#""n":7"#, r#""n":0"#)),
        ("serial null", with(r#""n":7"#, r#""n":null"#)),
        ("no kid", with("kid", "xkid")),
        ("the next before this", with("1767830400", "1767225599")),
        ("a license twice", with(r#""mgGEuXZCNZU",2"#, r#""iZKPJfDJYl0",2"#)),
        ("unsorted", with(r#""mgGEuXZCNZU",2"#, r#""-AAAAAAAAAA",2"#)),
        ("a seq of 0", with("U\",2", "U\",0")),
        ("a hash of another length", with("mgGEuXZCNZU", "mgGEuXZCNZ")),
        ("trailing bits in a hash", with("mgGEuXZCNZU", "mgGEuXZCNZV")),
        ("a key twice", with(r#"["AAECAwQFBgc"]"#, r#"["AAECAwQFBgc","AAECAwQFBgc"]"#)),
        ("a field twice", with("{", r#"{"n":7,"#)),
    ];
    payloads.map(|(name, payload)| bad(name, &sign_list(payload), "bad_payload", "DTL08")).into()
}

fn with(part: &str, instead: &str) -> String {
    assert!(GOLDEN_LIST_PAYLOAD.contains(part), "{part}");
    GOLDEN_LIST_PAYLOAD.replacen(part, instead, 1)
}

fn bad(name: &str, list: &str, rejected: &str, code: &str) -> Value {
    case(name, list, json!({ "rejected": rejected, "code": code }))
}

fn case(name: &str, list: &str, expect: Value) -> Value {
    json!({ "name": name, "list": list, "expect": expect })
}
