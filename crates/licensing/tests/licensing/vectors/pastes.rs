//! Vectors of careless pastes: what is mended, and what is named.

use serde_json::{Value, json};

use crate::support::GOLDEN_BLOB;

pub(super) fn made() -> Vec<Value> {
    let (start, end) = GOLDEN_BLOB.split_at(180);
    let mended = json!({ "text": GOLDEN_BLOB });
    let armor = ["-----BEGIN MINTMARK LICENSE-----", "-----END MINTMARK LICENSE-----"];
    let mendable = [
        ("nothing to mend", GOLDEN_BLOB.to_owned()),
        ("wrapped", format!("{start}\r\n{end}\r\n")),
        ("indented", format!("    {start}\n    {end}")),
        ("a byte order mark", format!("\u{feff}{GOLDEN_BLOB}")),
        ("characters without width", format!("{start}\u{200b}\u{2060}\u{ad}{end}\u{200d}")),
        ("a space that does not break", format!("{start}\u{a0}{end}")),
        ("quoted twice", format!("> > {start}\r\n>> {end}\r\n>")),
        ("quotation marks", format!("\"{GOLDEN_BLOB}\"")),
        ("printed quotation marks", format!("“{GOLDEN_BLOB}”")),
        ("backticks", format!("`{GOLDEN_BLOB}`")),
        ("a fenced block", format!("```text\n{GOLDEN_BLOB}\n```\n")),
        ("armor", format!("{}\n{start}\n{end}\n{}\n", armor[0], armor[1])),
        ("soft breaks", format!("{start}=\r\n{end}\r\n")),
        ("soft breaks within a quote", format!("> {start}=\n> {end}\n")),
    ];
    let damaged = [
        ("an en dash", GOLDEN_BLOB.replacen('-', "–", 1), damage_at("dash", 10)),
        ("an em dash", GOLDEN_BLOB.replacen('-', "—", 1), damage_at("dash", 10)),
        ("an HTML entity", GOLDEN_BLOB.replacen('-', "&#45;", 1), damage_at("html_entity", 10)),
        ("cut off", start.to_owned(), json!({ "damage": "truncated", "code": "DTL03" })),
        ("an ellipsis", format!("{start}…"), json!({ "damage": "truncated", "code": "DTL03" })),
        ("no license", " hello – \n".to_owned(), json!({ "text": "hello–" })),
        (
            "padding at the end stays",
            format!("{GOLDEN_BLOB}=\n"),
            json!({ "text": format!("{GOLDEN_BLOB}=") }),
        ),
    ];
    let mendable = mendable.into_iter().map(|(name, paste)| (name, paste, mended.clone()));
    let all = mendable.chain(damaged);
    all.map(|(name, paste, expect)| json!({ "name": name, "paste": paste, "expect": expect })).collect()
}

fn damage_at(damage: &str, at: usize) -> Value {
    json!({ "damage": damage, "code": "DTL04", "at": at })
}
