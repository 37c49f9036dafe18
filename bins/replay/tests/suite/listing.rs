//! `list`.

use crate::installation::{Installation, fields};
use serde_json::Value;

const FIELDS: [&str; 13] = [
    "id",
    "source",
    "origin",
    "kind",
    "mode",
    "order_id",
    "received_at",
    "processed",
    "attempts",
    "outcome",
    "error",
    "reason",
    "license_key",
];

#[test]
fn rows_are_printed_newest_first_with_the_fields_of_the_contract() {
    let mut installation = Installation::new();
    installation.sell("S1", "known");
    installation.sell("S2", "forgotten");
    let rows = installation.rows(&["list", "--json"]);
    assert_eq!(ids(&rows), [2, 1]);
    for row in &rows {
        assert_eq!(fields(row), FIELDS);
    }
    assert_eq!(rows[0]["received_at"], "2026-11-02T01:00:00Z");
    assert_eq!(rows[0]["processed"], false);
    assert_eq!(rows[1]["outcome"], "minted");
}

#[test]
fn every_filter_narrows_the_rows() {
    let mut installation = Installation::new();
    installation.sell("S1", "known");
    installation.sell("S2", "forgotten");
    installation.deliver("this is no sale");
    let found = |filter: &[&str]| ids(&installation.rows(&[&["list", "--json"], filter].concat()));
    assert_eq!(found(&["--failed"]), [3, 2]);
    assert_eq!(found(&["--unprocessed"]), [3, 2]);
    assert_eq!(found(&["--order", "S1"]), [1]);
    assert_eq!(found(&["--source", "manual"]), [0; 0]);
    assert_eq!(found(&["--since", "2026-11-02T01:00:00Z"]), [3, 2]);
    assert_eq!(found(&["--until", "2026-11-02T01:00:00Z"]), [1]);
    assert_eq!(found(&["--since", "2026-11-02", "--until", "2026-11-03"]), [3, 2, 1]);
    assert_eq!(found(&["--limit", "2"]), [3, 2]);
}

#[test]
fn rows_are_found_by_what_a_person_knows_of_them() {
    let mut installation = Installation::new();
    installation.sell("S1", "known");
    installation.sell("S2", "forgotten");
    installation.deliver("sale_id=S3&product_id=other&email=Bob%40Example.com&price=1&resource_name=sale");
    installation
        .deliver("sale_id=S3&resource_name=refund&refunded=true&product_id=other&email=bob%40example.com");
    let found = |filter: &[&str]| ids(&installation.rows(&[&["list", "--json"], filter].concat()));
    assert_eq!(found(&["--email", "ada@example.com"]), [2, 1]);
    assert_eq!(found(&["--email", "bob@EXAMPLE.com"]), [4, 3]);
    assert_eq!(found(&["--product", "other"]), [4, 3]);
    assert_eq!(found(&["--product", "known"]), [1]);
    assert_eq!(found(&["--kind", "refund"]), [4]);
    assert_eq!(found(&["--outcome", "minted"]), [1]);
    assert_eq!(found(&["--origin", "ping", "--state", "failed"]), [3, 2]);
    assert_eq!(found(&["--state", "done"]), [4, 1]);
    assert_eq!(found(&["--reason", "gumroad/OTHER"]), [3]);
    let wrong = installation.replay(&["list", "--outcome", "mint"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.errors.contains("possible values: minted, found, renewed"), "{}", wrong.errors);
}

#[test]
fn rows_are_counted_by_what_they_have_in_common() {
    let mut installation = Installation::new();
    installation.sell("S1", "forgotten");
    installation.sell("S2", "known");
    installation.sell("S3", "forgotten");
    let groups = installation.rows(&["list", "--failed", "--by", "reason", "--json"]);
    let unmapped = serde_json::json!({
        "by": "reason", "value": "no entry in config/products.yaml: gumroad/forgotten", "rows": 2,
        "oldest": "2026-11-02T00:00:00Z", "newest": "2026-11-02T02:00:00Z", "example": 3,
    });
    assert_eq!(groups, [unmapped]);
    let told = installation.replay(&["list", "--failed", "--by", "reason"]);
    assert!(told.output.contains("no entry in config/products.yaml: gumroad/forgotten\n"), "{}", told.output);
    for (by, values) in [
        ("product", ["gumroad/forgotten", "gumroad/known"].as_slice()),
        ("source", &["gumroad"]),
        ("kind", &["sale"]),
        ("day", &["2026-11-02"]),
    ] {
        let groups = installation.rows(&["list", "--by", by, "--json"]);
        let found: Vec<_> = groups.iter().map(|group| group["value"].as_str().unwrap()).collect();
        assert_eq!(found, values);
    }
    let outcomes = installation.rows(&["list", "--by", "outcome", "--json"]);
    let outcomes: Vec<_> = outcomes.iter().map(|group| (&group["value"], &group["rows"])).collect();
    assert_eq!(serde_json::json!(outcomes), serde_json::json!([[null, 2], ["minted", 1]]));
}

#[test]
fn more_rows_than_a_page_are_all_printed_for_programs_and_fifty_for_people() {
    let mut installation = Installation::new();
    for _ in 0..1003 {
        installation.deliver("no sale");
    }
    let rows = installation.rows(&["list", "--json"]);
    assert_eq!(ids(&rows), (1..=1003).rev().collect::<Vec<i64>>());
    let table = installation.replay(&["list"]);
    assert_eq!(table.output.lines().count(), 1 + 50);
    assert_eq!(table.errors, "The newest 50 rows are shown; --limit N shows more, filters show fewer.\n");
}

#[test]
fn a_list_without_rows_is_no_failure() {
    let installation = Installation::new();
    let table = installation.replay(&["list", "--failed"]);
    assert_eq!((table.code, table.output.as_str(), table.errors.as_str()), (0, "", "no rows\n"));
    let json = installation.replay(&["list", "--json"]);
    assert_eq!((json.code, json.output.as_str(), json.errors.as_str()), (0, "", ""));
}

fn ids(rows: &[Value]) -> Vec<i64> {
    rows.iter().map(|row| row["id"].as_i64().unwrap()).collect()
}
