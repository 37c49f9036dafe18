//! Genuinely signed revocation lists that no verifier may accept, and a few that it must.

use mintmark_licensing::Rejected;

use crate::support::{GOLDEN_LIST_PAYLOAD, sign_list, verify_list};

const ENTRIES: &str = r#"[["iZKPJfDJYl0",1],["mgGEuXZCNZU",2]]"#;

fn assert_bad(payload: impl AsRef<[u8]>) {
    let shown = String::from_utf8_lossy(payload.as_ref()).into_owned();
    assert_eq!(verify_list(&sign_list(&payload)), Err(Rejected::BadPayload), "{shown:.200}");
}

fn assert_fine(payload: &str) {
    assert!(verify_list(&sign_list(payload)).is_ok(), "{payload:.200}");
}

fn with(part: &str, instead: &str) -> String {
    assert!(GOLDEN_LIST_PAYLOAD.contains(part), "{part}");
    GOLDEN_LIST_PAYLOAD.replacen(part, instead, 1)
}

#[test]
fn what_is_not_exactly_one_json_object_is_refused() {
    for payload in ["", "{", "{}", "[5]", "null", "[{}]"] {
        assert_bad(payload);
    }
    let golden = GOLDEN_LIST_PAYLOAD;
    for payload in
        [format!(" {golden}"), format!("{golden}\n"), format!("{golden}{golden}"), format!("[{golden}]")]
    {
        assert_bad(payload);
    }
    assert_bad(r#"[7,1767225600,1767830400,[],[]]"#);
}

#[test]
fn every_field_is_required_and_comes_once() {
    for field in ["n", "iat", "nxt", "lic", "kid"] {
        assert_bad(with(&format!("\"{field}\":"), &format!("\"x{field}\":")));
    }
    for more in [r#"{"n":7,"#, r#"{"\u006e":7,"#, r#"{"lic":[],"#, r#"{"kid":[],"#, r#"{"x":1,"x":1,"#] {
        assert_bad(with("{", more));
    }
}

#[test]
fn null_and_numbers_that_are_not_plain_whole_numbers_are_refused() {
    for number in ["null", "7.0", "7e0", "-7", "-0", "07", "18446744073709551616", "\"7\"", "[7]", "true"] {
        assert_bad(with("\"n\":7", &format!("\"n\":{number}")));
        assert_bad(with("1767225600", number));
        assert_bad(with("1767830400", number));
        assert_bad(with("\",2]", &format!("\",{number}]")));
    }
    for null in [r#""lic":null"#, r#""lic":[null]"#, r#""lic":[["iZKPJfDJYl0",null]]"#] {
        assert_bad(with(&format!("\"lic\":{ENTRIES}"), null));
    }
    assert_bad(with(r#"["AAECAwQFBgc"]"#, "null"));
    assert_bad(with("{", r#"{"new":null,"#));
    assert_bad(with("{", r#"{"new":1.5,"#));
}

#[test]
fn numbers_out_of_their_range_are_refused() {
    assert_bad(with("\"n\":7", "\"n\":0"));
    assert_bad(with("\",2]", "\",0]"));
    assert_bad(with("1767830400", "253402300800"));
    assert_bad(with("1767225600", "1767830401"));
    assert_fine(&with("1767225600", "1767830400"));
    assert_fine(&with("1767225600", "0"));
    assert_fine(&with("\"n\":7", "\"n\":18446744073709551615"));
    assert_fine(&with("\",2]", "\",18446744073709551615]"));
}

#[test]
fn licenses_are_sorted_by_their_text_and_none_comes_twice() {
    let list = |entries: &str| with(ENTRIES, entries);
    assert_bad(list(r#"[["mgGEuXZCNZU",2],["iZKPJfDJYl0",1]]"#));
    assert_bad(list(r#"[["iZKPJfDJYl0",1],["iZKPJfDJYl0",1]]"#));
    assert_bad(list(r#"[["iZKPJfDJYl0",1],["iZKPJfDJYl0",2]]"#));
    // By their bytes these three would come the other way round.
    assert_fine(&list(r#"[["-AAAAAAAAAA",1],["0AAAAAAAAAA",1],["AAAAAAAAAAA",1]]"#));
    assert_bad(list(r#"[["AAAAAAAAAAA",1],["0AAAAAAAAAA",1],["-AAAAAAAAAA",1]]"#));
    assert_fine(&list("[]"));
}

#[test]
fn an_entry_of_another_shape_is_refused() {
    for entry in [
        r#"["iZKPJfDJYl0"]"#,
        r#"["iZKPJfDJYl0",1,1]"#,
        r#"[1,"iZKPJfDJYl0"]"#,
        r#"{"iZKPJfDJYl0":1}"#,
        r#"["",1]"#,
        r#"["iZKPJfDJYl",1]"#,
        r#"["iZKPJfDJYl1",1]"#,
        r#"["iZKPJfDJYl0=",1]"#,
        r#"["iZKPJfDJYl0A",1]"#,
        r#"["iZKPJfDJ+l0",1]"#,
        r#"["iZKPJfDJ/l0",1]"#,
        r#"["iZKPJfDJ l0",1]"#,
        r#""iZKPJfDJYl0""#,
        "1",
    ] {
        assert_bad(with(ENTRIES, &format!("[{entry}]")));
    }
    assert_bad(with(ENTRIES, "{}"));
}

#[test]
fn a_key_id_of_another_shape_or_that_comes_twice_is_refused() {
    let keys = |keys: &str| with(r#"["AAECAwQFBgc"]"#, keys);
    for list in [
        r#"["AAECAwQFBgd"]"#,
        r#"["AAECAwQFBg"]"#,
        r#"["AAECAwQFBgc="]"#,
        r#"[""]"#,
        r#"[["AAECAwQFBgc"]]"#,
        r#""AAECAwQFBgc""#,
        r#"["AAECAwQFBgc","3QW-eYXr9io","AAECAwQFBgc"]"#,
    ] {
        assert_bad(keys(list));
    }
    assert_fine(&keys("[]"));
    assert_fine(&keys(r#"["AAECAwQFBgc","3QW-eYXr9io"]"#));
}

#[test]
fn an_unknown_field_is_ignored() {
    assert_fine(&with("{", r#"{"new":[1,{"a":"b"}],"#));
    assert_bad(with("{", &format!(r#"{{"new":{}{},"#, "[".repeat(200), "]".repeat(200))));
}
