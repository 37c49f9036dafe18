//! Postmark's reports at the door of a whole server.

use crate::installation::{Installation, sale, wait_until};
use crate::postmark::Postmark;
use mintmark_storage::on_both_databases;
use serde_json::json;

const SECRET: &str = "a-secret-for-postmark";

on_both_databases! {
    fn a_letter_that_came_back_is_an_error_on_its_delivery(database: TestDatabase) {
        let postmark = Postmark::start();
        let installation = Installation::on(database)
            .with("POSTMARK_TOKEN", "a-token")
            .with("MINTMARK_MAIL__POSTMARK__API_BASE", &postmark.url())
            .with("MINTMARK_MAIL__FROM", "licenses@example.com")
            .with("POSTMARK_WEBHOOK_SECRET", SECRET);
        let server = installation.start();
        server.deliver(sale("SALE-1").as_bytes());
        wait_until("it is sent", || installation.licenses()[0]["letter"] == "accepted");
        let uid = postmark.letters()[0]["Metadata"]["mail_uid"].clone();
        let report = json!({
            "RecordType": "Bounce", "Type": "HardBounce", "Inactive": true, "Metadata": {"mail_uid": uid},
            "Email": "jane@example.com", "BouncedAt": "2026-03-14T12:00:07Z", "Description": "no such mailbox",
        });
        let path = format!("/webhooks/postmark?secret={SECRET}");
        for _ in 0..2 {
            let answer = server.post(&path, "application/json", report.to_string().as_bytes());
            assert_eq!((answer.status, &answer.json["outcome"]), (200, &json!("noted")));
        }
        let rows = installation.rows();
        let sold = rows.iter().find(|row| row["kind"] == "sale").unwrap();
        assert_eq!(sold["error"], "email error: bounced: hard bounce: no such mailbox");
        let told: Vec<_> = rows.iter().filter(|row| row["kind"] == "mail_report").collect();
        assert_eq!(told.len(), 2, "each is on record");
        assert!(told.iter().all(|row| row["order_id"] == "SALE-1" && row["processed"] == true));
        assert_eq!(installation.licenses()[0]["letter"], "bounced");
    }
}

#[test]
fn without_a_secret_or_with_another_there_is_no_such_path() {
    let installation = Installation::on(mintmark_storage::testing::TestDatabase::sqlite());
    let server = installation.start();
    let body = br#"{"RecordType":"Delivery","MessageID":"m"}"#;
    let closed = server.post(&format!("/webhooks/postmark?secret={SECRET}"), "application/json", body);
    assert_eq!(closed.status, 404);
    drop(server);
    let installation = installation.with("POSTMARK_WEBHOOK_SECRET", SECRET);
    let server = installation.start();
    let stranger = server.post("/webhooks/postmark?secret=another-secret-of-one", "application/json", body);
    assert_eq!(stranger.status, 404);
    assert!(installation.rows().is_empty());
}
