//! Vectors of blobs: genuine ones, and at least one for every rejection.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::support::{
    GOLDEN_BLOB, GOLDEN_LIST, GOLDEN_PAYLOAD, payload_with, sign, sign_text, sign_text_with,
    with_unreduced_scalar,
};

const KID: &str = "3QW-eYXr9io";
const EVERYTHING: &str = r#","exp":253402300799,"grc":7776000,"upd":1798761600,"rchk":1767830400,"ent":["0.a_b-c","batch"],"seats":5,"sub":"Jörg 語","kh":"1EKNX","crit":["exp","grc"]"#;

pub(super) fn made() -> Vec<Value> {
    [genuine(), damaged(), forged(), misplaced(), payloads()].concat()
}

fn genuine() -> Vec<Value> {
    let test = payload_with(r#","env":"test""#);
    let mut accepted = fine("a test license where those are accepted", &sign(&test), &test);
    accepted["test_licenses"] = json!(true);
    let two = json!(["03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8", public_key()]);
    let mut standby = fine("under the second key of the ring", GOLDEN_BLOB, GOLDEN_PAYLOAD);
    standby["signing_keys"] = two;
    let everything = payload_with(EVERYTHING);
    let plain = payload_with("");
    let largest = r#","seats":18446744073709551615"#;
    let largest = payload_with(largest).replace(r#""seq":1"#, r#""seq":18446744073709551615"#);
    let deepest = payload_with(&format!(r#","new":{}{}"#, "[".repeat(126), "]".repeat(126)));
    let unknown = payload_with(r#","new":[{"a":-1}],"newer":true,"newest":"x""#);
    vec![
        fine("golden", GOLDEN_BLOB, GOLDEN_PAYLOAD),
        fine("white space at the ends", &format!(" \r\n{GOLDEN_BLOB}\t\n\u{a0}"), GOLDEN_PAYLOAD),
        fine("the smallest payload", &sign(&plain), &plain),
        fine("every field", &sign(&everything), &everything),
        fine("the largest numbers", &sign(&largest), &largest),
        fine("nested 127 deep", &sign(deepest), &plain),
        fine("unknown fields are ignored", &sign(unknown), &plain),
        fine("grc 0 is the same as none", &sign(payload_with(r#","grc":0"#)), &plain),
        fine("white space within the payload", &sign(plain.replace(':', " :\n")), &plain),
        fine("an escaped name", &sign(plain.replace("seq", r"s\u0065q")), &plain),
        accepted,
        standby,
    ]
}

fn damaged() -> Vec<Value> {
    let at = |at: usize| json!({ "rejected": "bad_character", "code": "DTL04", "at": at });
    let (signed, _) = GOLDEN_BLOB.rsplit_once('.').expect("a blob has dots");
    let odd = sign_text(&format!("DTLIC2:{KID}.{}", "A".repeat(41)));
    let filled = |length: usize| format!("DTLIC2:{}", "A".repeat(length - 7));
    vec![
        bad("empty", "", "not_a_license", "DTL01"),
        bad("words", "hello", "not_a_license", "DTL01"),
        bad("lower case prefix", &GOLDEN_BLOB.replace("DTLIC2", "dtlic2"), "not_a_license", "DTL01"),
        bad("no version", &GOLDEN_BLOB.replace("DTLIC2", "DTLIC"), "not_a_license", "DTL01"),
        bad("a byte order mark in front", &format!("\u{feff}{GOLDEN_BLOB}"), "not_a_license", "DTL01"),
        bad("a revocation list", GOLDEN_LIST, "not_a_license", "DTL01"),
        bad("4097 characters", &filled(4097), "too_long", "DTL02"),
        bad("only the prefix", "DTLIC2:", "truncated", "DTL03"),
        bad("cut within the key id", &GOLDEN_BLOB[..12], "truncated", "DTL03"),
        bad("cut within the payload", &GOLDEN_BLOB[..100], "truncated", "DTL03"),
        bad("without the signature", signed, "truncated", "DTL03"),
        bad("without the last character", &GOLDEN_BLOB[..GOLDEN_BLOB.len() - 1], "truncated", "DTL03"),
        bad("a payload of a length that base64 cannot have", &odd, "truncated", "DTL03"),
        case("4096 characters", &filled(4096), at(18)),
        case("a line end within", &GOLDEN_BLOB.replacen("eyJs", "eyJ\ns", 1), at(22)),
        case("an en dash", &GOLDEN_BLOB.replacen('-', "–", 1), at(10)),
        case("a plus", &GOLDEN_BLOB.replacen('-', "+", 1), at(10)),
        case("a slash", &GOLDEN_BLOB.replacen('_', "/", 1), at(277)),
        case("padding", &format!("{GOLDEN_BLOB}="), at(GOLDEN_BLOB.len())),
        case("a fourth part", &format!("{GOLDEN_BLOB}.AAAA"), at(GOLDEN_BLOB.len())),
        case("a dot in the signature", &GOLDEN_BLOB.replacen("_aBz", "_a.z", 1), at(279)),
        case("a key id one too long", &GOLDEN_BLOB.replacen("io.", "ioo.", 1), at(18)),
        case("a key id one too short", &GOLDEN_BLOB.replacen("io.", "i.", 1), at(17)),
        case("trailing bits in the key id", &GOLDEN_BLOB.replacen("io.", "ip.", 1), at(17)),
        case(
            "trailing bits in the signature",
            &GOLDEN_BLOB.replace("xQCQ", "xQCR"),
            at(GOLDEN_BLOB.len() - 1),
        ),
        bad(
            "the version after this",
            &GOLDEN_BLOB.replace("DTLIC2", "DTLIC3"),
            "unsupported_version",
            "DTL05",
        ),
    ]
}

fn forged() -> Vec<Value> {
    let (signed, signature) = GOLDEN_BLOB.rsplit_once('.').expect("a blob has dots");
    let payload = URL_SAFE_NO_PAD.encode(payload_with(r#","ent":["everything"]"#));
    let swapped = format!("DTLIC2:{KID}.{payload}.{signature}");
    let unknown = json!({ "rejected": "unknown_key", "code": "DTL06", "kid": "4c7WqD2YC7M" });
    let foreign = signed.replacen(KID, "4c7WqD2YC7M", 1);
    let other = sign_text_with(&[7; 32], signed);
    let zeros = format!("{signed}.{}", "A".repeat(86));
    vec![
        case("signed with a revocation key", &sign_text_with(&[0x43; 32], &foreign), unknown),
        bad("another payload under an old signature", &swapped, "bad_signature", "DTL07"),
        bad("signed by another key under this key id", &other, "bad_signature", "DTL07"),
        bad("a signature of zeros", &zeros, "bad_signature", "DTL07"),
        bad("an unreduced scalar", &with_unreduced_scalar(GOLDEN_BLOB), "bad_signature", "DTL07"),
        bad("one changed letter", &GOLDEN_BLOB.replacen("eyJs", "eyJt", 1), "bad_signature", "DTL07"),
    ]
}

fn misplaced() -> Vec<Value> {
    let other = sign(payload_with("").replace("DT1", "DT2"));
    let critical = sign(payload_with(r#","new":1,"crit":["exp","new"]"#));
    let both = sign(payload_with(r#","env":"test","crit":["new"]"#));
    vec![
        bad("another product", &other, "wrong_product", "DTL09"),
        bad("a critical field that is unknown", &critical, "needs_newer_app", "DTL10"),
        bad("critical before test", &both, "needs_newer_app", "DTL10"),
        bad("a test license", &sign(payload_with(r#","env":"test""#)), "test_license_in_live_build", "DTL11"),
    ]
}

/// Genuinely signed, and malformed.
fn payloads() -> Vec<Value> {
    let plain = payload_with("");
    let deeper = payload_with(&format!(r#","new":{}{}"#, "[".repeat(127), "]".repeat(127)));
    let deep = payload_with(&format!(r#","new":{}{}"#, "[".repeat(200), "]".repeat(200)));
    let whole = [
        ("no payload", String::new()),
        ("an array", "[5]".to_owned()),
        (
            "an array of the values",
            r#"["0198f0c2-7b1e-7c3a-9d55-3f1c2a7be0d4","DT1","CORE",1,1767225600]"#.to_owned(),
        ),
        ("no fields", "{}".to_owned()),
        ("a space in front", format!(" {plain}")),
        ("a line end after", format!("{plain}\n")),
        ("twice", format!("{plain}{plain}")),
        ("nested 128 deep", deeper),
        ("nested 200 deep", deep),
        ("2049 bytes", payload_with(&format!(r#","new":"{}""#, "a".repeat(2040 - plain.len())))),
        ("seq 0", plain.replace(r#""seq":1"#, r#""seq":0"#)),
        ("seq as text", plain.replace(r#""seq":1"#, r#""seq":"1""#)),
        ("seq 2^64", plain.replace(r#""seq":1"#, r#""seq":18446744073709551616"#)),
        ("no iat", plain.replace("iat", "xiat")),
        ("iat as a fraction", plain.replace("1767225600", "1767225600.0")),
        ("lid in upper case", plain.replace("7b1e", "7B1E")),
        ("tier in lower case", plain.replace("CORE", "core")),
    ];
    let more = [
        ("a field twice", r#","seq":1"#),
        ("a field twice through an escape", r#","s\u0065q":1"#),
        ("an unknown field twice", r#","new":{"a":1,"\u0061":1}"#),
        ("exp is null", r#","exp":null"#),
        ("null in an unknown field", r#","new":[null]"#),
        ("exp with an exponent", r#","exp":1e3"#),
        ("exp as a fraction", r#","exp":1.0"#),
        ("exp minus zero", r#","exp":-0"#),
        ("exp negative", r#","exp":-1"#),
        ("exp of the year 10000", r#","exp":253402300800"#),
        ("exp of 64 bits", r#","exp":18446744073709551615"#),
        ("grc over 90 days", r#","grc":7776001"#),
        ("no seats", r#","seats":0"#),
        ("true as a number", r#","seats":true"#),
        ("entitlements unsorted", r#","ent":["b","a"]"#),
        ("an entitlement twice", r#","ent":["a","a"]"#),
        ("an entitlement in upper case", r#","ent":["A"]"#),
        ("ent is a text", r#","ent":"a""#),
        ("a control character", r#","sub":"a\u0000""#),
        ("a bidi character", r#","sub":"a\u202eb""#),
        ("half a surrogate pair", r#","sub":"\ud800""#),
        ("a line end in a text", ",\"sub\":\"a\nb\""),
        ("kh of four", r#","kh":"1EKN""#),
        ("env is live", r#","env":"live""#),
        ("a comma too many", ","),
    ];
    let more = more.map(|(name, more)| (name, payload_with(more)));
    let all = whole.into_iter().chain(more);
    all.map(|(name, payload)| bad(name, &sign(payload), "bad_payload", "DTL08")).collect()
}

fn public_key() -> &'static str {
    "2152f8d19b791d24453242e15f2eab6cb7cffa7b6a5ed30097960e069881db12"
}

fn fine(name: &str, blob: &str, payload: &str) -> Value {
    let license: Value = serde_json::from_str(payload).expect("a genuine payload");
    case(name, blob, json!({ "license": license }))
}

fn bad(name: &str, blob: &str, rejected: &str, code: &str) -> Value {
    case(name, blob, json!({ "rejected": rejected, "code": code }))
}

fn case(name: &str, blob: &str, expect: Value) -> Value {
    json!({ "name": name, "blob": blob, "expect": expect })
}
