//! With a token for the store's records, an answer waits a moment for the store's word.

use crate::installation::{Installation, sale, wait_until};
use mintmark_adapters::testing::{Faults, GumroadDouble, TOKEN, sale as record, with};
use mintmark_storage::on_both_databases;
use serde_json::{Value, json};
use std::time::Duration;

/// The store's record of the sale that the tests tell of.
fn sold(sale_id: &str) -> Value {
    let record = record(1, "datatools-core", "jane@example.com", "2026-03-14T09:26:53Z".parse().unwrap());
    with(record, "id", json!(sale_id))
}

fn told(sale_id: &str) -> String {
    format!("{}&order_number=1", sale(sale_id))
}

on_both_databases! {
    fn an_answer_waits_for_the_stores_word_as_long_as_for_a_letter(database: TestDatabase) {
        let double = GumroadDouble::start();
        let installation = Installation::on(database)
            .with("MINTMARK_SOURCES__GUMROAD__ACCESS_TOKEN", TOKEN)
            .with("MINTMARK_SOURCES__GUMROAD__API_BASE", &double.url())
            .with("MINTMARK_SOURCES__GUMROAD__API_PACE", "0s")
            .with("MINTMARK_MAIL__WAIT", "2s");
        let server = installation.start();
        double.sell(sold("SALE-1"));
        let answer = server.deliver(told("SALE-1").as_bytes());
        assert_eq!((answer.status, &answer.json["status"]), (200, &json!("ok")));
        assert!(answer.json["license_key"].is_string());

        let unknown = server.deliver(told("SALE-2").as_bytes());
        assert_eq!(unknown.json["status"], "logged-no-mint");
        assert_eq!(unknown.json["reason"], "verification pending");

        double.fail(Faults { slow: Duration::from_secs(3), ..Faults::default() });
        double.sell(with(sold("SALE-3"), "order_id", json!(3)));
        let late = server.deliver(told("SALE-3").replace("order_number=1", "order_number=3").as_bytes());
        assert_eq!(late.json["reason"], "verification pending");
        wait_until("the late answer", || installation.licenses().len() == 2);
        let rows = installation.rows();
        let reasons: Vec<_> = rows.iter().map(|row| (row["outcome"].as_str(), row["reason"].as_str())).collect();
        assert_eq!(reasons, [(Some("minted"), None), (None, Some("verification pending")), (Some("minted"), None)]);
    }
}
