//! Bytes that are not quite a form and not quite JSON.

use super::common::{FORM, Form, JSON, interpret, judged, judged_json};

const SALE: &str =
    r#"{"sale_id":"sale-1==","product_id":"product-1==","email":"ada@example.com","price":1000"#;

/// A JSON sale with more members behind.
fn with(members: &str) -> String {
    format!("{SALE},{members}}}")
}

#[test]
fn what_is_not_a_form_or_an_object_is_unreadable_and_says_where() {
    let judged = |content_type, body: &str| judged(&interpret(content_type, body.as_bytes()));
    assert_eq!(judged(Some(FORM), ""), "unreadable body: it is empty");
    assert_eq!(judged(Some(JSON), " \r\n"), "unreadable body: it is empty");
    assert_eq!(judged(None, "\u{feff}"), "unreadable body: it is empty");
    assert_eq!(
        judged(Some("multipart/form-data; boundary=x"), "--x"),
        "unreadable body: multipart is not understood"
    );
    assert_eq!(judged(Some(JSON), "[1]"), "unreadable body: JSON without an object");
    assert_eq!(judged(Some(JSON), "\"sale\""), "unreadable body: JSON without an object");
    assert_eq!(judged(Some(JSON), "a=b"), "unreadable body: invalid JSON at line 1 column 1");
    assert_eq!(judged(Some(JSON), "{\"a\":1}{}"), "unreadable body: invalid JSON at line 1 column 8");
    assert_eq!(judged(Some(JSON), "{\"a\":\n\"b"), "unreadable body: JSON ends too early at line 2 column 2");
    assert_eq!(judged(Some(JSON), "{\"a\":1e999}"), "unreadable body: invalid JSON at line 1 column 10");
}

#[test]
fn nesting_without_end_is_refused_and_not_followed() {
    let bomb = format!("{{\"a\":{}", "[".repeat(200_000));
    assert!(judged_json(&bomb).starts_with("unreadable body: invalid JSON at line 1 column 1"));
    let bomb = format!("a{}=1&{}", "[x]".repeat(80_000), Form::sale().encoded());
    assert_eq!(judged(&interpret(Some(FORM), bomb.as_bytes())), "sale");
}

#[test]
fn the_content_type_decides_and_without_one_the_first_character() {
    let form = Form::sale().encoded();
    let json = with("\"quantity\":2");
    for content_type in [FORM, "Application/X-WWW-Form-Urlencoded; charset=UTF-8", "text/plain", ""] {
        assert_eq!(judged(&interpret(Some(content_type), form.as_bytes())), "sale", "{content_type}");
    }
    for content_type in [Some("application/JSON;charset=utf-8"), Some("text/plain"), None] {
        assert_eq!(
            judged(&interpret(content_type, format!("\u{feff} {json}").as_bytes())),
            "sale",
            "{content_type:?}"
        );
    }
    let as_form = judged(&interpret(Some(FORM), json.as_bytes()));
    assert_eq!(as_form, "missing field: sale_id, product_id, email, price");
}

#[test]
fn plus_signs_are_spaces_and_broken_escapes_stand_for_themselves() {
    let form = "sale_id=a&product_id=p&email=ada%2Bx@example.com&price=1&full_name=Ada+%4cove%zz%e";
    let interpretation = interpret(Some(FORM), form.as_bytes());
    let facts = interpretation.facts.unwrap();
    assert_eq!(facts["email"], "ada+x@example.com");
    assert_eq!(facts["full_name"], "Ada Love%zz%e");
}

#[test]
fn a_name_may_be_escaped_and_still_counts_as_sent_twice() {
    let form = format!("{}&e%6Dail=eve%40example.com", Form::sale().encoded());
    assert_eq!(judged(&interpret(Some(FORM), form.as_bytes())), "held: field sent twice: email");
    assert_eq!(judged_json(&with(r#""e\u006dail":"eve@example.com""#)), "held: field sent twice: email");
    assert_eq!(judged_json(&with(r#""email":"ada@example.com""#)), "sale");
}

#[test]
fn text_that_is_not_utf_8_matters_only_where_we_read_it() {
    let form = Form::sale().without("email").encoded();
    let judge = |rest: &[u8]| judged(&interpret(Some(FORM), &[form.as_bytes(), b"&", rest].concat()));
    assert_eq!(judge(b"email=a%ff@example.com"), "unreadable body: email is not UTF-8");
    assert_eq!(judge(b"email=a\xff@example.com"), "unreadable body: email is not UTF-8");
    assert_eq!(judge(b"email=ada@example.com&Company=\xff%c0&%ff=1"), "sale");
    assert_eq!(judge(b"email=ada@example.com&full_name=Jos%e9"), "unreadable body: full_name is not UTF-8");
    assert_eq!(
        judge(b"email=ada@example.com&refunded=%ff"),
        "held: unreadable flag: refunded is neither true nor false"
    );
    let json =
        |name: &str| [with(&format!("\"{name}\":\"")).trim_end_matches('}').as_bytes(), b"\xe9\"}"].concat();
    assert_eq!(judged(&interpret(Some(JSON), &json("Company"))), "sale");
    assert_eq!(judged(&interpret(Some(JSON), &json("full_name"))), "unreadable body: full_name is not UTF-8");
    assert_eq!(
        judged(&interpret(Some(JSON), &json("resource_name"))),
        "unreadable body: resource_name is not UTF-8"
    );
}

#[test]
fn nul_never_leaves_the_decoder_because_postgresql_cannot_store_it() {
    let form = Form::sale().with("full_name", "A\0da").answered("no\0te", "x\0y").interpreted();
    let json = with(r#""full_name":"A\u0000da","custom_fields":{"no\u0000te":["x\u0000y"]}"#);
    let json = interpret(Some(JSON), json.as_bytes());
    for interpretation in [form, json] {
        assert!(!format!("{interpretation:?}").contains("\\0"));
        assert_eq!(interpretation.facts.unwrap()["full_name"], "A\u{fffd}da");
    }
}

/// Members behind a good JSON sale, and what becomes of it.
#[rustfmt::skip]
const MEMBERS: &[(&str, &str)] = &[
    (r#""quantity":"3""#, "sale"),
    (r#""quantity":3.0"#, "unreadable body: quantity is not a whole number above zero"),
    (r#""quantity":true"#, "unreadable body: quantity is not a whole number above zero"),
    (r#""quantity":null"#, "sale"),
    (r#""refunded":1"#, "held: unreadable flag: refunded is neither true nor false"),
    (r#""refunded":"true""#, "sale, refunded"),
    (r#""refunded":null,"test":null"#, "sale"),
    (r#""is_preorder_authorization":true"#, "ignored: pre-order"),
    (r#""resource_name":null,"test":true"#, "ignored: test button"),
    (r#""resource_name":7"#, "unreadable body: resource_name is not text"),
    (r#""subscription_id":7"#, "unreadable body: subscription_id is not text"),
    (r#""full_name":true,"product_name":7,"offer_code":null"#, "sale"),
    (r#""price":{}"#, "held: field sent twice: price"),
    (r#""custom_fields":{"email":"ada@example.com"}"#, "held: custom field overwrites email"),
    (r#""custom_fields":{"price":"1000"}"#, "sale"),
    (r#""custom_fields":{"price":1000}"#, "held: custom field overwrites price"),
    (r#""test":true,"custom_fields":{"test":true}"#, "held: custom field overwrites test"),
    (r#""test":true,"resource_name":"sale","custom_fields":{"test":"true"}"#, "sale"),
    (r#""custom_fields":["email"]"#, "sale"),
    (r#""custom_fields":"email""#, "sale"),
];

#[test]
fn a_json_sale_with_more_members_is_judged_by_them() {
    for (members, expected) in MEMBERS {
        assert_eq!(judged_json(&with(members)), *expected, "{members}");
    }
}

#[test]
fn numbers_in_json_are_whole_or_refused() {
    let priced = |price: &str| judged_json(&with("\"quantity\":1").replace("1000", price));
    for price in ["0", "\"1000\"", "9223372036854775807"] {
        assert_eq!(priced(price), "sale", "{price}");
    }
    for price in ["10.0", "1e3", "-1", "9223372036854775808", "99999999999999999999", "\"ten\"", "[]", "true"]
    {
        assert_eq!(priced(price), "unreadable body: price is not a whole number", "{price}");
    }
    assert_eq!(priced("null"), "missing field: price");
}
