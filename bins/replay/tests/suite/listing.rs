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
