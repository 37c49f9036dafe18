//! `doctor`: what is sound, what is not, and what to do about it.

use crate::folder::{Finished, Folder, fields};
use crate::web::{Asked, Web};
use mintmark_adapters::testing::{Faults, GumroadDouble, TOKEN};
use mintmark_fulfillment::{Fulfillment, Role, Settings};
use mintmark_storage::on_both_databases;
use serde_json::Value;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;

const SECRET: &str = "sixteen-letters-or-more-of-it";
const POSTMARK_TOKEN: &str = "d3adbeef-token";

/// The program in an installation of its own, with variables.
struct Patient {
    folder: Folder,
    variables: Vec<(String, String)>,
}

impl Patient {
    fn new() -> Self {
        let patient = Self { folder: Folder::empty(), variables: Vec::new() }
            .with("MINTMARK_HTTP__BIND", "127.0.0.1:9");
        assert_eq!(patient.admin(&["init"]).code, 0);
        patient
    }

    fn on(url: &str) -> Self {
        let patient = Self { folder: Folder::empty(), variables: Vec::new() }
            .with("MINTMARK_HTTP__BIND", "127.0.0.1:9")
            .with("DATABASE_URL", url);
        assert_eq!(patient.admin(&["init"]).code, 0);
        patient
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    fn with_postmark(self, url: &str) -> Self {
        self.with("POSTMARK_TOKEN", POSTMARK_TOKEN)
            .with("MINTMARK_MAIL__POSTMARK__API_BASE", url)
            .with("MINTMARK_MAIL__FROM", "Example Apps <licenses@example.com>")
    }

    fn admin(&self, arguments: &[&str]) -> Finished {
        let variables: Vec<_> =
            self.variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let finished = self.folder.admin_with(&variables, arguments);
        for secret in [SECRET, TOKEN, POSTMARK_TOKEN] {
            let said = format!("{}{}", finished.output, finished.errors);
            assert!(!said.contains(secret), "{said}");
        }
        finished
    }

    fn doctor(&self, arguments: &[&str]) -> Finished {
        self.admin(&[&["doctor"], arguments].concat())
    }

    /// The findings, and the exit code.
    fn findings(&self, arguments: &[&str]) -> (Vec<Value>, i32) {
        let finished = self.doctor(&[&["--json"], arguments].concat());
        assert_eq!(finished.errors, "");
        let rows = finished.output.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        (rows, finished.code)
    }
}

/// Check, state and words of a group that is not as it should be.
fn told<'a>(findings: &'a [Value], group: &str, state: &str) -> Vec<(&'a str, &'a str)> {
    let these = findings.iter().filter(|finding| finding["group"] == group && finding["state"] == state);
    these.map(|finding| (finding["check"].as_str().unwrap(), finding["words"].as_str().unwrap())).collect()
}

fn remedy<'a>(findings: &'a [Value], check: &str) -> &'a str {
    let found = findings.iter().find(|finding| finding["check"] == check && finding["remedy"].is_string());
    found.unwrap_or_else(|| panic!("{check}: {findings:#?}"))["remedy"].as_str().unwrap()
}

on_both_databases! {
    fn a_new_installation_is_sound_and_nothing_is_touched(database: TestDatabase) {
        let patient = Patient::on(&database.url_text());
        let before = patient.folder.names("mintmark-data");
        let finished = patient.doctor(&["--offline"]);
        assert_eq!((finished.code, finished.errors.as_str()), (0, ""), "{}", finished.output);
        assert!(finished.output.lines().all(|line| line.chars().count() <= 80), "{}", finished.output);
        let (findings, code) = patient.findings(&["--offline"]);
        assert_eq!(code, 0);
        assert!(findings.iter().all(|finding| fields(finding) == ["group", "check", "state", "words", "remedy"]));
        let groups: Vec<&str> = findings.iter().map(|finding| finding["group"].as_str().unwrap()).collect();
        let expected = ["configuration", "machine", "keys", "database", "server", "mail", "store", "clock", "waiting"];
        for group in expected {
            assert!(groups.contains(&group), "{group}: {findings:#?}");
        }
        assert_eq!(told(&findings, "database", "warn"), []);
        assert_eq!(told(&findings, "server", "warn").len(), 1, "no server runs: {findings:#?}");
        assert_eq!(patient.folder.names("mintmark-data"), before);
    }

    fn beside_a_running_server_it_is_sound_as_well(database: TestDatabase) {
        let ours = Web::like_ours();
        let mut patient = Patient::on(&database.url_text());
        patient = patient.with("MINTMARK_HTTP__BIND", &ours.address());
        let variables = patient.variables.iter().cloned().chain([(
            "MINTMARK_DATA_DIR".to_owned(),
            patient.folder.path("mintmark-data").display().to_string(),
        )]);
        let settings = Settings::from_layers(None, variables).unwrap();
        let server = Fulfillment::open(settings, Role::Server, jiff::Timestamp::now()).unwrap();
        let (findings, code) = patient.findings(&["--offline"]);
        assert_eq!((code, told(&findings, "server", "warn")), (0, vec![]), "{findings:#?}");
        let passed: Vec<_> = told(&findings, "server", "pass").into_iter().map(|(check, _)| check).collect();
        assert_eq!(passed, ["listen address", "readiness"]);
        server.stop();
    }
}

#[test]
fn a_server_that_refuses_sales_fails_with_its_reason() {
    let full = Web::start(|what| match what {
        "GET /healthz" => (200, "", crate::web::ALIVE),
        _ => (503, "", r#"{"status":"not-ready","reason":"the disk is nearly full"}"#),
    });
    let patient = Patient::new().with("MINTMARK_HTTP__BIND", &full.address());
    let (findings, code) = patient.findings(&["--offline"]);
    let words = "sales are refused (503): the disk is nearly full";
    assert_eq!((code, told(&findings, "server", "fail")), (1, vec![("readiness", words)]));
}

#[test]
fn a_database_that_is_damaged_or_missing_fails_with_its_remedy() {
    let patient = Patient::new();
    let file = patient.folder.path("mintmark-data/mintmark.db");
    let mut bytes = std::fs::read(&file).unwrap();
    // The pages of the tables; the first one holds the schema.
    let (_, pages) = bytes.split_at_mut(4096 * 2);
    pages.fill(0x5a);
    std::fs::write(&file, bytes).unwrap();
    let (findings, code) = patient.findings(&["--offline"]);
    assert_eq!((code, told(&findings, "database", "fail").is_empty()), (1, false), "{findings:#?}");

    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(patient.folder.path(&format!("mintmark-data/mintmark.db{end}")));
    }
    let (findings, code) = patient.findings(&["--offline"]);
    assert_eq!((code, told(&findings, "database", "fail").len()), (1, 1));
    assert!(remedy(&findings, "database").contains("mintmark-admin init"));
    assert!(!told(&findings, "keys", "pass").is_empty(), "the files are looked at all the same");
}

#[test]
fn open_key_files_fail_and_an_open_database_warns() {
    let patient = Patient::new();
    for file in ["signing-key.pk8", "mintmark.db"] {
        let path = patient.folder.path("mintmark-data").join(file);
        std::fs::set_permissions(path, Permissions::from_mode(0o644)).unwrap();
    }
    let (findings, code) = patient.findings(&["--offline"]);
    assert_eq!(code, 1);
    assert_eq!(remedy(&findings, "signing-key.pk8"), "chmod 600 mintmark-data/signing-key.pk8");
    assert_eq!(remedy(&findings, "database file"), "chmod 600 mintmark-data/mintmark.db");
}

#[test]
fn mistakes_in_the_settings_are_findings_too() {
    let patient =
        Patient::new().with("MINTMARK_HTTP__BIND", "nowhere").with("MINTMARK_MAIL__PROVIDER", "smtp");
    let (findings, code) = patient.findings(&[]);
    assert_eq!((code, findings.len() > 2), (1, true), "{findings:#?}");
    assert!(findings.iter().all(|finding| finding["state"] == "fail" && finding["check"] == "settings"));
}

#[test]
fn a_configured_secret_turns_the_generated_one_off_and_that_is_said() {
    let patient = Patient::new().with("GUMROAD_WEBHOOK_SECRET", "only-sixteen-ltr");
    let (findings, code) = patient.findings(&["--offline"]);
    assert_eq!(code, 0);
    assert_eq!(remedy(&findings, "disused secret"), "rm mintmark-data/webhook-secret");
    assert!(remedy(&findings, "webhook secret").contains("secret rotate"));
}

#[test]
fn the_way_from_outside_is_walked_with_a_wrong_secret() {
    let walked = |ours: &Web| {
        let patient = Patient::new().with("MINTMARK_HTTP__PUBLIC_URL", &ours.url());
        let (findings, code) = patient.findings(&[]);
        assert_eq!(code, 1, "the address is not encrypted");
        findings
    };
    let ours = Web::like_ours();
    let findings = walked(&ours);
    let passed: Vec<_> = told(&findings, "server", "pass").into_iter().map(|(check, _)| check).collect();
    assert_eq!(passed, ["ping URL", "wrong secret"]);
    assert_eq!(told(&findings, "server", "fail")[0].0, "encryption");
    let asked: Vec<String> = ours.asked().into_iter().map(|Asked { what, .. }| what).collect();
    assert_eq!(asked, ["GET /healthz", "POST /webhooks/gumroad"]);

    let redirecting = Web::start(|_| (301, "location: https://www.example.com/?secret=hush\r\n", ""));
    let findings = walked(&redirecting);
    let words = told(&findings, "server", "fail");
    assert!(words[1].1.contains("https://www.example.com/?secret=…"), "{words:?}");

    let credulous = Web::start(|_| (200, "", crate::web::ALIVE));
    let findings = walked(&credulous);
    let words = told(&findings, "server", "fail");
    assert_eq!(words[1], ("wrong secret", "a wrong secret is answered 200 and not 404"));
}

#[test]
fn a_test_letter_is_sent_only_when_asked_for_and_its_answer_is_told() {
    let postmark = Web::start(|what| match what {
        "GET /server" => (200, "", r#"{"ID":1,"Name":"Shop","ApiTokens":[],"DeliveryType":"Live"}"#),
        "GET /message-streams/outbound" => (200, "", r#"{"ID":"outbound","ArchivedAt":null}"#),
        "POST /email" => (
            200,
            "",
            r#"{"To":"x","SubmittedAt":"2026-01-01T00:00:00Z","MessageID":"abc-1","ErrorCode":0,"Message":"OK"}"#,
        ),
        _ => (404, "date: Sun, 01 Mar 2026 10:00:00 GMT\r\n", ""),
    });
    let patient = Patient::new().with_postmark(&postmark.url());
    let (findings, code) = patient.findings(&[]);
    assert_eq!((code, told(&findings, "mail", "pass").len()), (0, 1), "{findings:#?}");
    assert!(remedy(&findings, "postmark").contains("timedatectl"), "its clock is another one");
    let (findings, code) = patient.findings(&["--send", "me@example.com"]);
    assert_eq!(code, 0);
    let words = told(&findings, "mail", "pass");
    assert_eq!(words[1], ("test letter", "postmark accepted it as abc-1; look whether it arrives"));
    let sent: Vec<_> = postmark.asked().into_iter().filter(|asked| asked.what == "POST /email").collect();
    assert_eq!(sent.len(), 1);
    assert!(sent[0].body.contains("me@example.com"), "{}", sent[0].body);
}

#[test]
fn a_wrong_postmark_token_fails_with_what_to_set() {
    let postmark = Web::start(|_| (401, "", r#"{"ErrorCode":10,"Message":"no valid token d3adbeef-token"}"#));
    let patient = Patient::new().with_postmark(&postmark.url());
    let (findings, code) = patient.findings(&[]);
    assert_eq!((code, told(&findings, "mail", "fail").len()), (1, 1));
    assert!(remedy(&findings, "provider").contains("POSTMARK_TOKEN"));
}

#[test]
fn the_store_is_asked_whether_it_would_tell_of_everything() {
    let double = GumroadDouble::start();
    let ours = Web::like_ours();
    let patient = Patient::new()
        .with("MINTMARK_SOURCES__GUMROAD__ACCESS_TOKEN", TOKEN)
        .with("MINTMARK_SOURCES__GUMROAD__API_BASE", &double.url())
        .with("MINTMARK_SOURCES__GUMROAD__API_PACE", "0s")
        .with("MINTMARK_SOURCES__GUMROAD__SECRETS", SECRET)
        .with("MINTMARK_HTTP__PUBLIC_URL", &ours.url().replace("http://", "https://"));
    let (findings, code) = patient.findings(&[]);
    assert_eq!((code, told(&findings, "store", "fail").len()), (1, 1), "{findings:#?}");
    assert_eq!(remedy(&findings, "events"), "mintmark-admin source connect gumroad");
    assert_eq!(double.registrations().len(), 0);
    assert_eq!(told(&findings, "server", "fail")[0].0, "ping URL", "nobody speaks TLS there");
    assert_eq!(patient.admin(&["source", "connect", "gumroad"]).code, 0);
    let (findings, _) = patient.findings(&[]);
    assert_eq!((told(&findings, "store", "pass").len(), told(&findings, "store", "fail").len()), (2, 0));
    double.fail(Faults { no_token: true, ..Faults::default() });
    let (findings, _) = patient.findings(&[]);
    assert!(remedy(&findings, "gumroad").contains("access_token"));
}
