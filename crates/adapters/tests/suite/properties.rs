//! What holds for whatever bytes arrive, for the tests here and for the fuzz targets in `fuzz/`.

use mintmark_adapters::{Body, Event, Interpretation, Order, SourceSettings, Sources, Verdict};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";
const RECORD: &str = "application/vnd.mintmark.gumroad-record+json";

/// How the reasons of each verdict begin; stores, scripts and people rely on these words.
const UNREADABLE: &[&str] = &["missing field: ", "unreadable body: ", "unknown event: "];
const HELD: &[&str] = &["custom field overwrites ", "field sent twice: ", "unreadable flag: "];
const IGNORED: &[&str] = &["test button", "pre-order"];

/// Fields that decide, so that bytes at random get past the first question.
const NAMES: &[&str] = &[
    "sale_id",
    "product_id",
    "email",
    "price",
    "resource_name",
    "quantity",
    "test",
    "subscription_id",
    "recurrence",
    "full_name",
    "product_name",
    "sale_timestamp",
    "refunded",
    "disputed",
    "dispute_won",
    "is_gift_receiver_purchase",
    "is_preorder_authorization",
    "is_recurring_charge",
    "offer_code",
    "order_number",
    "ip_country",
    "anything_else",
];

/// Whatever the content type, a body has one answer, always the same, that fits into a row and a letter.
pub(crate) fn a_body_has_one_sane_answer(bytes: &[u8]) {
    for source in ["gumroad", "manual"] {
        for content_type in [Some(FORM), Some(JSON), Some(RECORD), None] {
            let answer = interpret(source, content_type, bytes);
            assert_eq!(answer, interpret(source, content_type, bytes), "two answers to one body");
            is_sane(&answer, bytes.len());
        }
    }
}

/// Named texts say the same as a form and as JSON: nothing is lost or made up by either decoder.
pub(crate) fn form_and_json_agree(bytes: &[u8]) {
    let pairs = pairs(bytes);
    let form = interpret("gumroad", Some(FORM), as_form(&pairs).as_bytes());
    let json = interpret("gumroad", Some(JSON), as_json(&pairs).as_bytes());
    if pairs.is_empty() {
        return;
    }
    assert_eq!(form, json, "{pairs:?}");
}

fn interpret(source: &str, content_type: Option<&str>, bytes: &[u8]) -> Interpretation {
    let sources =
        Sources::new(&[("gumroad", SourceSettings::default())].into()).expect("no secret is one too many");
    sources.get(source).expect("the source is known").interpret(&Body { content_type, bytes })
}

fn is_sane(answer: &Interpretation, size: usize) {
    match &answer.verdict {
        Verdict::Events(events) => {
            assert!(!events.is_empty(), "no fact at all");
            for event in events {
                if let Event::Sold(order) = event {
                    is_fit_for_a_license(order);
                }
            }
        }
        Verdict::Reported(report) => assert!(report.words.chars().count() <= 300, "{}", report.words),
        Verdict::Ignored(reason) => assert!(IGNORED.contains(&reason.as_str()), "{reason:?}"),
        Verdict::Held(reason) => is_told_in(HELD, reason),
        Verdict::Unreadable(reason) => is_told_in(UNREADABLE, reason),
    }
    for id in [&answer.order_id, &answer.sale_id].into_iter().flatten() {
        is_identifier(id);
    }
    if let Some(facts) = &answer.facts {
        let text = facts.to_string();
        // An escape makes six bytes of one.
        assert!(text.len() <= 8 * size + 16 * 1024, "{size} bytes became {}", text.len());
        assert!(!has_nul(facts), "PostgreSQL stores no NUL");
    }
}

fn is_told_in(beginnings: &[&str], reason: &str) {
    assert!(beginnings.iter().any(|beginning| reason.starts_with(beginning)), "{reason:?}");
    assert!(!reason.contains(char::is_control) && reason.len() < 500, "{reason:?}");
}

fn is_fit_for_a_license(order: &Order) {
    let Order { order_id, sale_id, product_id, product_name, name, email, quantity, offer_code, .. } = order;
    [order_id, sale_id, product_id].into_iter().for_each(|id| is_identifier(id));
    assert!(!email.trim().is_empty() && email.len() <= 320, "{email:?}");
    assert!(*quantity > 0);
    assert!(!name.is_empty() && name.chars().count() <= 128, "{name:?}");
    for words in [Some(name), product_name.as_ref(), offer_code.as_ref()].into_iter().flatten() {
        assert!(!words.contains(char::is_control) && words.chars().count() <= 255, "{words:?}");
    }
}

fn is_identifier(id: &str) {
    assert!(!id.trim().is_empty() && id.len() <= 255 && !id.contains(char::is_control), "{id:?}");
}

fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(values) => values.iter().any(has_nul),
        Value::Object(members) => members.iter().any(|(name, value)| name.contains('\0') || has_nul(value)),
        _ => false,
    }
}

/// The bytes as pairs: a name out of the list, and a text.
fn pairs(bytes: &[u8]) -> Vec<(&'static str, String)> {
    let pair = |piece: &[u8]| {
        let (first, rest) = piece.split_first()?;
        let name = NAMES[usize::from(*first) % NAMES.len()];
        // A name of Gumroad's, if the piece begins with one: so the corpus is a good beginning.
        let named = NAMES
            .iter()
            .find_map(|name| Some((*name, piece.strip_prefix(name.as_bytes())?.strip_prefix(b"=")?)));
        let (name, value) = named.unwrap_or((name, rest));
        Some((name, String::from_utf8_lossy(value).into_owned()))
    };
    bytes.split(|byte| *byte == b'&').filter_map(pair).collect()
}

fn as_form(pairs: &[(&str, String)]) -> String {
    let pair =
        |(name, value): &(&str, String)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC));
    pairs.iter().map(pair).collect::<Vec<_>>().join("&")
}

fn as_json(pairs: &[(&str, String)]) -> String {
    let member = |(name, value): &(&str, String)| format!("\"{name}\":{}", Value::from(value.as_str()));
    format!("{{{}}}", pairs.iter().map(member).collect::<Vec<_>>().join(","))
}
