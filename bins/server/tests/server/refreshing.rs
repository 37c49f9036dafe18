//! A fresh blob from outside: for whoever holds the key, within bounds, and with no key in the log.

use crate::installation::{Answer, Installation, Server, sale};
use mintmark_storage::testing::TestDatabase;
use mintmark_storage::{LicenseState, LicenseStatus, on_both_databases};
use serde_json::{Value, json};

const PATH: &str = "/licenses/refresh";
const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

on_both_databases! {
    fn the_newest_blob_is_sent_to_whoever_has_the_key(database: TestDatabase) {
        let installation = Installation::on(database);
        let server = installation.start();
        let key = sell(&server);
        let [license] = installation.licenses().try_into().unwrap();
        let fresh = |status: &str| Answer {
            status: 200,
            json: json!({"status": status, "blob": license["blob"], "seq": 1, "expires_at": null}),
        };
        assert_eq!(refresh(&server, &json!({"license_key": key})), fresh("active"));
        let typed = format!("license_key={}", key.to_lowercase().replace('-', "+"));
        assert_eq!(server.post(PATH, FORM, typed.as_bytes()), fresh("active"));
        let state = LicenseState { status: LicenseStatus::Suspended, ..LicenseState::NEW };
        installation.database.change_license(license["id"].as_str().unwrap(), state);
        assert_eq!(refresh(&server, &json!({"license_key": key})), fresh("suspended"));
    }

    fn an_unknown_key_and_a_bad_body_are_told_apart_and_no_key_is_in_the_log(database: TestDatabase) {
        let installation = Installation::on(database);
        let server = installation.start();
        let key = sell(&server);
        assert_eq!(refresh(&server, &json!({"license_key": key})).status, 200);
        let unknown = "DT1-CORE-XAHNW-KF2M0-55FP9-1EKNX";
        let mistyped = "DT1-CORE-XAHNW-KF2M0-55FP9-1EKNW";
        let large = format!("license_key={}", "A".repeat(5000));
        for (body, status, word) in [
            (format!("license_key={unknown}"), 404, "not-found"),
            (format!("license_key={mistyped}"), 404, "not-a-license-key"),
            ("license_key=".to_owned(), 404, "not-a-license-key"),
            (String::new(), 400, "bad-request"),
            (format!("key={unknown}"), 400, "bad-request"),
            ("{\"license_key\":".to_owned(), 400, "bad-request"),
            (large, 413, "too-large"),
        ] {
            let answer = server.post(PATH, FORM, body.as_bytes());
            assert_eq!((answer.status, &answer.json["status"]), (status, &json!(word)), "{body:.40}");
            let reason = answer.json["reason"].as_str().unwrap();
            assert!(!reason.is_empty() && !reason.contains("XAHNW"), "{reason}");
        }
        let (_, log) = server.stop();
        for typed in [key.as_str(), unknown, mistyped] {
            assert!(!log.contains(typed) && !log.contains(&typed[9..14]), "{log}");
        }
    }
}

#[test]
fn a_client_that_asks_too_often_is_asked_to_wait_and_another_is_not() {
    let installation =
        Installation::on(TestDatabase::sqlite()).with("MINTMARK_HTTP__TRUSTED_PROXIES", "[\"127.0.0.1\"]");
    let server = installation.start();
    let key = sell(&server);
    let ask = |client: &str| {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let request =
            agent.post(format!("http://{}{PATH}", server.address())).header("x-forwarded-for", client);
        request.send_form([("license_key", key.as_str())]).unwrap()
    };
    let mut answers = (0..30).map(|_| ask("203.0.113.9"));
    let refused = answers.find(|answer| answer.status() == 429).unwrap();
    let wait: u64 = refused.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=4).contains(&wait), "{wait}");
    let words: Value = serde_json::from_str(&refused.into_body().read_to_string().unwrap()).unwrap();
    assert_eq!(words["status"], "too-many-requests");
    assert_eq!(ask("203.0.113.10").status(), 200);
    // A store has a door of its own.
    assert_eq!(server.deliver(sale("SALE-2").as_bytes()).status, 200);
}

fn sell(server: &Server) -> String {
    server.deliver(sale("SALE-1").as_bytes()).json["license_key"].as_str().unwrap().to_owned()
}

fn refresh(server: &Server, body: &Value) -> Answer {
    server.post(PATH, JSON, body.to_string().as_bytes())
}
