//! Genuinely signed payloads that no verifier may accept, and a few that it must.

use mintmark_licensing::Rejected;

use crate::support::{GOLDEN_PAYLOAD, payload_with, sign, verify};

fn assert_bad(payload: impl AsRef<[u8]>) {
    let shown = String::from_utf8_lossy(payload.as_ref()).into_owned();
    assert_eq!(verify(&sign(&payload)), Err(Rejected::BadPayload), "{shown}");
}

fn assert_fine(payload: impl AsRef<[u8]>) {
    let shown = String::from_utf8_lossy(payload.as_ref()).into_owned();
    assert!(verify(&sign(&payload)).is_ok(), "{shown}");
}

#[test]
fn what_is_not_exactly_one_json_object_is_refused() {
    for payload in ["", "{", "{}", "[5]", "5", "null", "\"\"", "[{}]", "{\"lid\":}", "{'lid':1}"] {
        assert_bad(payload);
    }
    let golden = GOLDEN_PAYLOAD;
    for payload in
        [format!(" {golden}"), format!("{golden} "), format!("{golden}\n"), format!("{golden}{golden}")]
    {
        assert_bad(payload);
    }
    assert_bad(format!("\u{feff}{golden}"));
    assert_bad(format!("{golden}\0"));
    assert_bad(format!("[{golden}]"));
    assert_bad(golden.replace("]", ",]"));
    assert_bad(golden.replace("\"seq\":1", "\"seq\":1,,"));
}

#[test]
fn bytes_that_are_not_utf_8_are_refused() {
    let mut payload = payload_with(r#","sub":"?""#).into_bytes();
    let at = payload.iter().position(|&byte| byte == b'?').unwrap();
    payload[at] = 0xff;
    assert_bad(&payload);
    assert_bad(payload_with(r#","sub":"\ud800""#));
}

#[test]
fn an_array_of_the_values_in_order_is_refused() {
    assert_bad(r#"["0198f0c2-7b1e-7c3a-9d55-3f1c2a7be0d4","DT1","CORE",1,1767225600]"#);
}

#[test]
fn a_payload_without_a_required_field_is_refused() {
    for field in ["lid", "prd", "tier", "seq", "iat"] {
        assert_bad(GOLDEN_PAYLOAD.replace(&format!("\"{field}\""), &format!("\"x{field}\"")));
    }
}

#[test]
fn a_field_that_comes_twice_is_refused() {
    for more in [
        r#","seq":1"#,
        r#","s\u0065q":1"#,
        r#","exp":1,"exp":2"#,
        r#","exp":1,"\u0065xp":1"#,
        r#","new":1,"new":1"#,
        r#","new":1,"n\u0065w":1"#,
        r#","new":{"a":1,"a":1}"#,
        r#","new":[{"a":1,"\u0061":1}]"#,
    ] {
        assert_bad(payload_with(more));
    }
}

#[test]
fn null_is_refused_in_every_field() {
    let fields = ["exp", "grc", "upd", "rchk", "ent", "seats", "sub", "kh", "env", "crit", "new"];
    for field in fields {
        assert_bad(payload_with(&format!(r#","{field}":null"#)));
    }
    for required in [r#""seq":1"#, r#""iat":1767225600"#, r#""prd":"DT1""#] {
        let (name, _) = required.split_once(':').unwrap();
        assert_bad(payload_with("").replace(required, &format!("{name}:null")));
    }
    assert_bad(payload_with(r#","ent":[null]"#));
    assert_bad(payload_with(r#","new":{"a":[null]}"#));
}

#[test]
fn a_number_that_is_not_a_plain_whole_number_is_refused() {
    let numbers =
        ["1e3", "1E3", "1.0", "1.5", "18446744073709551616", "-1", "-0", "01", "+1", "0x1", "NaN", "1e400"];
    for number in numbers.into_iter().chain([r#""1""#, "true", "[1]", "{}", ""]) {
        for field in ["seq", "iat"] {
            let whole = if field == "seq" { r#""seq":1"# } else { r#""iat":1767225600"# };
            assert_bad(payload_with("").replace(whole, &format!(r#""{field}":{number}"#)));
        }
        for field in ["exp", "grc", "upd", "rchk", "seats"] {
            assert_bad(payload_with(&format!(r#","{field}":{number}"#)));
        }
    }
    assert_bad(payload_with(r#","new":1.0"#));
}

#[test]
fn a_number_out_of_its_range_is_refused() {
    for more in [
        r#","exp":18446744073709551615"#,
        r#","exp":9223372036854775807"#,
        r#","exp":253402300800"#,
        r#","upd":253402300800"#,
        r#","rchk":253402300800"#,
        r#","grc":7776001"#,
        r#","seats":0"#,
    ] {
        assert_bad(payload_with(more));
    }
    assert_bad(payload_with("").replace(r#""seq":1"#, r#""seq":0"#));
    assert_bad(payload_with("").replace("1767225600", "253402300800"));
    assert_fine(payload_with(r#","exp":253402300799,"upd":0,"rchk":1,"grc":7776000,"seats":1"#));
    assert_fine(payload_with("").replace(r#""seq":1"#, r#""seq":18446744073709551615"#));
}

#[test]
fn a_word_of_another_shape_is_refused() {
    let golden = payload_with("");
    let id = "0198f0c2-7b1e-7c3a-9d55-3f1c2a7be0d4";
    for wrong in ["", "0198f0c27b1e7c3a9d553f1c2a7be0d4", &id.to_uppercase(), &format!("{{{id}}}"), &id[1..]]
    {
        assert_bad(golden.replace(id, wrong));
    }
    for wrong in ["", "core", "CO RE", "CORÉ", "ABCDEFGHIJKLMNOPQ"] {
        assert_bad(golden.replace("CORE", wrong));
        assert_bad(golden.replace("DT1", wrong));
    }
    for more in [r#","env":"live""#, r#","env":"""#, r#","env":"TEST""#, r#","env":1"#] {
        assert_bad(payload_with(more));
    }
    for more in
        [r#","kh":"1EKN""#, r#","kh":"1EKNXX""#, r#","kh":"1eknx""#, r#","kh":"1EKNU""#, r#","kh":12345"#]
    {
        assert_bad(payload_with(more));
    }
}

#[test]
fn a_licensee_with_control_or_bidi_characters_or_too_many_is_refused() {
    for name in [
        r"a\u0000",
        r"a\nb",
        r"\u007f",
        r"\u0085",
        r"a\u202eb",
        r"\u2069",
        r"\u200e",
        r"\u061c",
        "a\u{202e}b",
    ] {
        assert_bad(payload_with(&format!(r#","sub":"{name}""#)));
    }
    assert_bad(payload_with(&format!(r#","sub":"{}""#, "a".repeat(129))));
    assert_fine(payload_with(&format!(r#","sub":"{}""#, "語".repeat(128))));
}

#[test]
fn entitlements_are_sorted_unique_well_formed_and_few() {
    for list in [r#""b","a""#, r#""a","a""#, r#""A""#, r#""""#, r#""-a""#, r#""a b""#, r#"1"#, r#"["a"]"#] {
        assert_bad(payload_with(&format!(r#","ent":[{list}]"#)));
    }
    assert_bad(payload_with(r#","ent":"a""#));
    let list =
        |count: u32| (10..10 + count).map(|number| format!("\"{number}\"")).collect::<Vec<_>>().join(",");
    assert_bad(payload_with(&format!(r#","ent":[{}]"#, list(65))));
    assert_fine(payload_with(&format!(r#","ent":[{}]"#, list(64))));
    assert_fine(payload_with(r#","ent":["0.a_b-c","a"]"#));
}

#[test]
fn a_payload_of_2049_bytes_is_refused_and_one_of_2048_is_not() {
    let empty = payload_with(r#","new":"""#).len();
    let sized = |size: usize| payload_with(&format!(r#","new":"{}""#, "a".repeat(size - empty)));
    assert_eq!((sized(2049).len(), sized(2048).len()), (2049, 2048));
    assert_bad(sized(2049));
    assert_fine(sized(2048));
}

#[test]
fn a_payload_nested_200_deep_is_refused() {
    assert_bad(payload_with(&format!(r#","new":{}{}"#, "[".repeat(200), "]".repeat(200))));
    assert_bad(payload_with(&format!(r#","new":{}1{}"#, r#"{"a":"#.repeat(200), "}".repeat(200))));
}

#[test]
fn an_unknown_field_is_ignored() {
    assert_fine(payload_with(r#","new":"a","newer":[1,{"a":-1}],"newest":true"#));
}

#[test]
fn an_unknown_field_that_is_critical_needs_a_newer_app() {
    assert_eq!(verify(&sign(payload_with(r#","new":1,"crit":["exp","new"]"#))), Err(Rejected::NeedsNewerApp));
    assert_eq!(verify(&sign(payload_with(r#","crit":["new"]"#))), Err(Rejected::NeedsNewerApp));
    assert_fine(payload_with(r#","exp":1798761600,"crit":["exp"]"#));
    assert_bad(payload_with(r#","crit":"new""#));
    assert_bad(payload_with(r#","crit":[1]"#));
}

#[test]
fn another_product_under_the_same_key_is_refused() {
    assert_eq!(verify(&sign(payload_with("").replace("DT1", "DT2"))), Err(Rejected::WrongProduct));
}
