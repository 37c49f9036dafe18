//! Every body that the store is known to send, and what becomes of it.

use crate::support::{Ping, Shop};
use mintmark_storage::on_both_databases;
use serde_json::Value;
use std::fmt::Write as _;

on_both_databases! {
    fn the_bodies_of_the_corpus_end_like_this(database: TestDatabase) {
        let cases = cases();
        let shop = Shop::on(&database).selling(&everything(&cases)).opened();
        let mut ends = String::new();
        for case in &cases {
            let file = case["file"].as_str().unwrap();
            let said = shop.receive(&Ping::fixture(file));
            let row = shop.row();
            let outcome = row.outcome.map_or("undecided", |outcome| outcome.as_str());
            writeln!(ends, "{file}: {} {}: {outcome}, {said}", row.mode, row.kind).unwrap();
        }
        insta::assert_snapshot!("corpus", ends);
    }
}

fn cases() -> Vec<Value> {
    let index: Value = serde_json::from_slice(&Ping::fixture_bytes("index.json")).unwrap();
    index["cases"].as_array().unwrap().clone()
}

/// A catalog with every product that the bodies name.
fn everything(cases: &[Value]) -> String {
    let ids: std::collections::BTreeSet<&str> =
        cases.iter().filter_map(|case| case["expected"]["product_id"].as_str()).collect();
    ids.iter().fold("gumroad:\n".to_owned(), |text, id| format!("{text}  \"{id}\": core\n"))
}
