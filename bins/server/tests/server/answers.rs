//! Each case of the contract's table, from the outside.

use crate::installation::{Answer, Installation, SECRET, sale};
use mintmark_storage::on_both_databases;
use serde_json::json;

fn not_found() -> Answer {
    Answer { status: 404, json: json!({"status": "not-found"}) }
}

on_both_databases! {
    fn a_sale_becomes_a_license_a_row_and_a_letter(database: TestDatabase) {
        let installation = Installation::on(database);
        let server = installation.start();

        let answer = server.deliver(sale("SALE-1").as_bytes());

        let key = answer.json["license_key"].as_str().unwrap().to_owned();
        assert!(key.starts_with("DT1-CORE-"), "{key}");
        assert_eq!(answer, Answer { status: 200, json: json!({"status": "ok", "license_key": key, "delivery_id": 1}) });
        let [license] = installation.licenses().try_into().unwrap();
        let facts = ["source", "email", "tier", "status", "key", "letter", "issued_at"].map(|name| license[name].clone());
        assert_eq!(json!(facts), json!(["gumroad", "jane@example.com", "core", "active", key, "logged", "2026-03-14T09:26:53Z"]));
        let blob = license["blob"].as_str().unwrap();
        assert!(blob.starts_with("DTLIC2:"), "{blob}");
        let [row] = installation.rows().try_into().unwrap();
        assert_eq!((&row["processed"], &row["error"], &row["outcome"]), (&json!(true), &json!(null), &json!("minted")));
        let [letter] = installation.letter_files().try_into().unwrap();
        let letter = std::fs::read_to_string(letter).unwrap();
        assert!(letter.contains("To: jane@example.com") && letter.lines().any(|line| line == blob), "{letter}");
    }

    fn the_same_sale_twice_is_one_license_and_two_rows(database: TestDatabase) {
        let installation = Installation::on(database);
        let server = installation.start();
        let first = server.deliver(sale("SALE-1").as_bytes());
        let second = server.deliver(format!("{}&retry_count=1", sale("SALE-1")).as_bytes());
        assert_eq!((first.json["status"].as_str(), second.json["status"].as_str()), (Some("ok"), Some("ok")));
        assert_eq!(first.json["license_key"], second.json["license_key"]);
        assert_eq!(installation.licenses().len(), 1);
        let outcomes: Vec<_> = installation.rows().iter().map(|row| row["outcome"].clone()).collect();
        assert_eq!(outcomes, ["minted", "found"]);
        assert_eq!(installation.letter_files().len(), 1);
    }

    fn whoever_does_not_know_the_secret_finds_nothing_and_leaves_nothing(database: TestDatabase) {
        let installation = Installation::on(database);
        let server = installation.start();
        let targets =
            ["/webhooks/gumroad", "/webhooks/gumroad?secret=wrong", "/webhooks/gumroad?secret=", "/webhooks/nobody?secret=x", "/webhooks/manual"];
        for target in targets {
            let answer = server.post(target, "application/x-www-form-urlencoded", sale("SALE-1").as_bytes());
            assert_eq!(answer, not_found(), "{target}");
        }
        assert!(installation.rows().is_empty());
    }

    fn what_cannot_be_minted_is_recorded_with_its_reason(database: TestDatabase) {
        let installation = Installation::on(database);
        let server = installation.start();
        let large = "x".repeat(256 * 1024 + 1);
        let cases = [
            (sale("S").replace("datatools-core", "other"), "no entry in config/products.yaml: gumroad/other (read from "),
            (sale("S").replace("jane%40example.com", ""), "missing field: email"),
            (sale("S").replace("4900", "free"), "unreadable body: price is not a whole number"),
            (sale("S").replace("refunded=false", "refunded=true"), "refunded"),
            (sale("D").replace("disputed=false", "disputed=true"), "disputed"),
            (format!("{}&test=true", sale("S").replace("&resource_name=sale", "")), "test button"),
            (format!("{}&is_preorder_authorization=true", sale("S")), "pre-order"),
            (format!("{}&custom_fields%5Bemail%5D=jane%40example.com", sale("S")), "custom field overwrites email"),
            (String::new(), "unreadable body: "),
            (large, "body too large"),
        ];
        for (body, reason) in &cases {
            let answer = server.deliver(body.as_bytes());
            assert_eq!((answer.status, &answer.json["status"]), (200, &json!("logged-no-mint")), "{reason}");
            assert!(answer.json["reason"].as_str().unwrap().starts_with(reason), "{reason}: {answer:?}");
        }
        assert_eq!((installation.rows().len(), installation.licenses().len()), (cases.len(), 0));
    }

    fn the_seven_other_events_are_noted(database: TestDatabase) {
        let installation = Installation::on(database);
        let server = installation.start();
        for event in ["refund", "dispute", "dispute_won"] {
            let answer = server.deliver(sale("S").replace("=sale", &format!("={event}")).as_bytes());
            let delivery_id = &answer.json["delivery_id"];
            assert_eq!(answer.json, json!({"status": "ok", "outcome": "noted", "delivery_id": delivery_id}));
        }
        for event in ["cancellation", "subscription_updated", "subscription_ended", "subscription_restarted"] {
            let body = format!("subscription_id=SUB-1&product_id=p&user_email=a%40example.com&resource_name={event}");
            assert_eq!(server.deliver(body.as_bytes()).json["outcome"], "noted", "{event}");
        }
        assert!(installation.rows().iter().all(|row| row["processed"] == true && row["error"].is_null()));
    }

    fn a_password_of_http_basic_is_as_good_as_the_secret_in_the_query(database: TestDatabase) {
        let installation = Installation::on(database);
        let server = installation.start();
        let basic = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, format!("store:{SECRET}"));
        let answer = ureq::post(format!("http://{}/webhooks/gumroad", server.address()))
            .header("authorization", format!("Basic {basic}"))
            .send_form([("sale_id", "S"), ("product_id", "datatools-core"), ("email", "a@example.com"), ("price", "0")])
            .unwrap();
        assert_eq!(answer.status(), 200);
        let [row] = installation.rows().try_into().unwrap();
        assert_eq!(row["outcome"], "minted");
        assert!(!row["headers"].to_string().to_lowercase().contains("authorization"), "{}", row["headers"]);
    }

    fn a_secret_is_rotated_without_a_gap(database: TestDatabase) {
        let new = "the-next-secret-of-this-shop";
        let mut installation = Installation::on(database);
        let post = |server: &crate::installation::Server, secret: &str, order: &str| {
            let target = format!("/webhooks/gumroad?secret={secret}");
            server.post(&target, "application/x-www-form-urlencoded", sale(order).as_bytes()).status
        };
        installation.set("MINTMARK_SOURCES__GUMROAD__SECRETS", &format!("[\"{new}\"]"));
        let server = installation.start();
        assert_eq!((post(&server, SECRET, "OLD"), post(&server, new, "NEW")), (200, 200));
        server.stop();

        installation.set("GUMROAD_WEBHOOK_SECRET", new);
        let server = installation.start();
        assert_eq!((post(&server, SECRET, "OLD"), post(&server, new, "NEW")), (404, 200));
    }
}
