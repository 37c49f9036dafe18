//! The log tells the whole story of a delivery to whoever looks for its number.

use crate::installation::{Installation, Server, sale, wait_until};
use crate::postmark::Postmark;
use mintmark_storage::on_both_databases;
use mintmark_storage::testing::TestDatabase;
use serde_json::Value;

fn installation(database: TestDatabase, postmark: &Postmark) -> Installation {
    Installation::on(database)
        .with("POSTMARK_TOKEN", "a-token-for-tests")
        .with("MINTMARK_MAIL__FROM", "Example Apps <licenses@example.com>")
        .with("MINTMARK_MAIL__POSTMARK__API_BASE", &postmark.url())
        .with("MINTMARK_MAIL__WAIT", "3s")
}

/// A log is read a moment after it is written.
fn assert_story<const STEPS: usize>(server: &Server, delivery: i64, expected: [&str; STEPS]) {
    wait_until("the whole story", || server.story(delivery).len() >= STEPS);
    let messages: Vec<String> =
        server.story(delivery).iter().map(|line| line["message"].as_str().unwrap().to_owned()).collect();
    assert_eq!(messages, expected);
}

fn refund(sale_id: &str) -> String {
    sale(sale_id).replace("resource_name=sale&refunded=false", "resource_name=refund&refunded=true")
}

on_both_databases! {
    fn every_step_of_a_delivery_is_found_by_its_number(database: TestDatabase) {
        let postmark = Postmark::start();
        let installation = installation(database, &postmark).with("RUST_LOG", "debug");
        let server = installation.start();
        server.deliver(sale("SALE-1").as_bytes());
        server.deliver(sale("SALE-2").as_bytes());
        server.deliver(refund("SALE-2").as_bytes());

        let sold = [
            "on record", "interpreted", "license on record", "fulfilled", "letter in hand", "letter sent", "request",
        ];
        assert_story(&server, 1, sold);
        assert_story(&server, 2, sold);
        let refunded = ["on record", "interpreted", "order settled", "fulfilled", "request"];
        assert_story(&server, 3, refunded);

        let story = server.story(2);
        let line = |message: &str| story.iter().find(|line| line["message"] == message).unwrap();
        let license = installation.licenses().iter().find(|license| license["source_order_id"] == "SALE-2").unwrap()["id"].clone();
        assert_eq!((&line("letter sent")["provider"], &line("letter sent")["license"]), (&"postmark".into(), &license));
        assert_eq!(line("license on record")["letter"], line("letter sent")["letter"]);
        assert_eq!(server.story(3)[2]["license"], license);
        assert_eq!(line("request")["status"], 200);
        let whole = server.stop().1;
        for secret in ["jane", "DT1-", "SALE-", "a-token-for-tests", crate::installation::SECRET] {
            assert!(!whole.contains(secret), "{secret}: {whole}");
        }
    }

    fn a_letter_that_another_start_sends_is_told_under_the_number_of_its_delivery(database: TestDatabase) {
        let postmark = Postmark::start();
        postmark.refuse(503, 0);
        let installation = installation(database, &postmark);
        let server = installation.start();
        server.deliver(sale("SALE-1").replace("datatools-core", "other").as_bytes());
        server.deliver(sale("SALE-2").as_bytes());
        assert_story(&server, 1, ["a delivery waits for a person"]);
        assert_story(&server, 2, ["letter not sent"]);
        server.kill();

        postmark.accept();
        let server = installation.start();
        assert_story(&server, 2, ["letter sent"]);
        assert_ne!(server.story(2)[0]["license"], Value::Null);
    }
}
