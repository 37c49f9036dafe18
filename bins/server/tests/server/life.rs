//! Starting, stopping, and what a server refuses to start with.

use crate::installation::{Installation, SECRET, sale};
use mintmark_storage::on_both_databases;
use mintmark_storage::testing::TestDatabase;
use serde_json::json;
use std::process::Output;

fn refusal(output: Output) -> String {
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

on_both_databases! {
    fn what_was_sold_survives_a_kill_and_a_restart(database: TestDatabase) {
        let installation = Installation::on(database);
        let server = installation.start();
        let first = server.deliver(sale("SALE-1").as_bytes());
        server.kill();

        let server = installation.start();
        let again = server.deliver(sale("SALE-1").as_bytes());

        assert_eq!(first.json["license_key"], again.json["license_key"]);
        assert_eq!((installation.licenses().len(), installation.rows().len()), (1, 2));
    }

    fn a_stop_is_graceful_and_no_log_holds_a_secret(database: TestDatabase) {
        let installation = Installation::on(database).with("RUST_LOG", "trace");
        let server = installation.start();
        let answer = server.deliver(sale("SALE-1").as_bytes());
        let blob = installation.licenses()[0]["blob"].as_str().unwrap().to_owned();

        let (code, log) = server.stop();

        assert_eq!(code, Some(0), "{log}");
        let key = answer.json["license_key"].as_str().unwrap();
        for secret in [SECRET, key, &blob, "jane@example.com", "jane%40example.com"] {
            assert!(!log.contains(secret), "{secret}\n{log}");
        }
        assert!(log.contains("\"message\":\"stopped\""), "{log}");
    }

    fn a_ready_server_says_so(database: TestDatabase) {
        let installation = Installation::on(database);
        let server = installation.start();
        for (path, status) in [("/healthz", "alive"), ("/readyz", "ready")] {
            let mut answer = ureq::get(format!("http://{}{path}", server.address())).call().unwrap();
            let text = answer.body_mut().read_to_string().unwrap();
            assert_eq!(text, json!({"status": status}).to_string());
        }
    }
}

#[test]
fn two_servers_on_one_sqlite_database_are_refused() {
    let installation = Installation::on(TestDatabase::sqlite());
    let _server = installation.start();
    let output = installation.command().output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("another server runs on"), "{said}");
}

#[test]
fn all_mistakes_are_told_at_once_and_no_value_is() {
    let installation = Installation::on(TestDatabase::sqlite())
        .with("MINTMARK_HTTP__BIND", "canary-1")
        .with("MINTMARK_HTTP__PORT", "canary-2")
        .with("GUMROAD_WEBHOOK_SECRET", "canary-3")
        .with("MINTMARK_DATABASE__URL", "postgers://canary-4");
    let said = refusal(installation.command().output().unwrap());
    insta::assert_snapshot!(said);
    assert!(!installation.database.folder().join("data").exists());
}

#[test]
fn a_mistyped_database_makes_no_file() {
    let mut installation = Installation::on(TestDatabase::sqlite());
    installation.start().stop();
    let typo = installation.database.folder().join("typo.db");
    installation.set("MINTMARK_DATABASE__URL", &format!("sqlite:{}", typo.display()));
    let said = refusal(installation.command().output().unwrap());
    assert!(said.contains("there is no database at"), "{said}");
    assert!(!typo.exists());
}

#[test]
fn a_server_without_the_registered_key_refuses_to_start() {
    let installation = Installation::on(TestDatabase::sqlite());
    installation.start().stop();
    std::fs::remove_file(installation.database.folder().join("data/signing-key.pk8")).unwrap();
    // With the key gone the URL would be a first run's, so the database is found all the same.
    let said = refusal(installation.command().output().unwrap());
    assert!(said.contains("which is missing here"), "{said}");
    assert!(!installation.database.folder().join("data/signing-key.pk8").exists());
}

#[test]
fn an_address_in_use_is_named_before_anything_is_made() {
    let installation = Installation::on(TestDatabase::sqlite());
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let installation = installation.with("MINTMARK_HTTP__BIND", &taken.local_addr().unwrap().to_string());
    let said = refusal(installation.command().output().unwrap());
    assert!(said.contains("http.bind: cannot listen on 127.0.0.1:"), "{said}");
    // The secret is printed by the run that makes it, so a run that cannot go on makes none.
    assert!(!installation.database.folder().join("data").exists());
}

#[test]
fn a_repaired_catalog_is_read_at_a_hangup() {
    let installation = Installation::on(TestDatabase::sqlite());
    let server = installation.start();
    let other = sale("S").replace("datatools-core", "other");
    assert_eq!(server.deliver(other.as_bytes()).json["status"], "logged-no-mint");

    std::fs::write(installation.database.folder().join("products.yaml"), "gumroad:\n  other: core\n")
        .unwrap();
    server.hang_up();
    server.wait_for_log("the catalog is read again");

    assert_eq!(server.deliver(other.as_bytes()).json["status"], "ok");
}
