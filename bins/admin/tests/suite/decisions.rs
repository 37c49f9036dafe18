//! `license find`, and what an operator decides: `revoke`, `suspend`, `reinstate`, `reissue` and `rotate-key`.

use crate::folder::{Finished, Folder, fields};
use serde_json::{Value, json};

const WHY: [&str; 4] = ["--why", "posted in a forum", "--by", "grace"];

#[test]
fn a_decision_tells_what_changed_and_what_follows_and_the_history_who_and_why() {
    let folder = with_orders(&["first"]);
    let revoked = decide(&folder, "revoke", "first", &["--yes"]);
    assert_eq!((revoked.code, revoked.errors.as_str()), (0, ""));
    insta::assert_snapshot!("revoked", without_keys(&revoked.output));
    let reinstated = folder.admin(&["license", "reinstate", "first", "--by", "ada"]);
    insta::assert_snapshot!("reinstated", without_keys(&reinstated.output));
    let rotated = decide(&folder, "rotate-key", "first", &["--yes", "--mail"]);
    insta::assert_snapshot!("rotated", without_keys(&rotated.output));

    let license = folder.rows(&["license", "show", "first", "--json"]).remove(0);
    let history = license["history"].as_array().unwrap().iter();
    let history: Vec<(&Value, &Value)> = history.map(|event| (&event["event"], &event["detail"])).collect();
    let why = json!("by grace: posted in a forum");
    let (revoked, reinstated, rotated) = (json!("revoked"), json!("reinstated"), json!("key_rotated"));
    assert_eq!(history[1..], [(&revoked, &why), (&reinstated, &json!("by ada")), (&rotated, &why)]);
    assert_eq!([&license["status"], &license["seq"]], [&json!("active"), &json!(2)]);
}

#[test]
fn programs_are_told_the_same() {
    let folder = with_orders(&["first"]);
    let before = folder.rows(&["license", "list", "--json"]).remove(0);
    let mut told =
        folder.rows(&["license", "rotate-key", "first", "--why", "leaked", "--by", "ada", "--yes", "--json"]);
    let told = told.remove(0);
    #[rustfmt::skip]
    assert_eq!(fields(&told), [
        "decision", "by", "why", "delivery_id", "processed", "outcome", "error", "status_before", "key_before",
        "seq_before", "void_below", "on_revocation_list", "new_letter", "license",
    ]);
    assert_eq!([&told["decision"], &told["by"], &told["why"]], ["rotate_key", "ada", "leaked"]);
    assert_eq!([&told["key_before"], &told["license"]["id"]], [&before["key"], &before["id"]]);
    assert_eq!([&told["void_below"], &told["on_revocation_list"]], [&json!(2), &json!(true)]);
    assert_eq!(folder.admin(&["license", "show", before["key"].as_str().unwrap()]).code, 1);
}

#[test]
fn nothing_is_taken_without_a_reason_a_name_and_a_yes() {
    let folder = with_orders(&["first", "second"]);
    for arguments in [
        &["license", "revoke", "first", "--by", "ada", "--yes"][..],
        &["license", "revoke", "first", "--why", "leaked", "--by", "ada"],
        &["license", "revoke", "ada@example.com", "--why", "leaked", "--by", "ada", "--yes"],
    ] {
        let refused = folder.admin(arguments);
        assert_eq!((refused.code, refused.output.as_str()), (2, ""), "{arguments:?}");
    }
    let both = decide(&folder, "suspend", "ada@example.com", &["--yes"]);
    assert!(both.errors.contains("first") && both.errors.contains("second"), "{}", both.errors);
    assert!(both.errors.ends_with("give one's key or id, or --all\n"), "{}", both.errors);
    assert!(folder.rows(&["license", "list", "--json"]).iter().all(|license| license["status"] == "active"));

    assert_eq!(decide(&folder, "suspend", "ada@example.com", &["--all", "--yes"]).code, 0);
    let listed = folder.rows(&["license", "list", "--status", "suspended", "--json"]);
    assert_eq!(listed.len(), 2);
    let by_name = [("MINTMARK_OPERATOR", "grace")];
    assert_eq!(folder.admin_with(&by_name, &["license", "reinstate", "first"]).code, 0);
    assert_eq!(folder.admin(&["license", "suspend", "first", "--why", "leaked", "--yes"]).code, 0);
    let story = folder.admin(&["license", "show", "first"]).output;
    assert!(story.contains("by grace") && story.contains("by user "), "{story}");
    assert_eq!(decide(&folder, "revoke", "nobody", &["--yes"]).code, 1);
}

#[test]
fn a_decision_that_cannot_be_carried_out_names_its_row() {
    let folder = with_orders(&["first"]);
    std::fs::write(folder.path("config/products.yaml"), "manual:\n  other: core\n").unwrap();
    let stuck = decide(&folder, "revoke", "first", &["--yes"]);
    assert_eq!(stuck.code, 1);
    assert!(stuck.output.contains("no entry in config/products.yaml"), "{}", stuck.output);
    assert!(stuck.output.ends_with("mintmark-replay run 2\n"), "{}", stuck.output);
}

#[test]
fn licenses_are_found_by_parts_of_what_is_known() {
    let folder = with_orders(&["first-1", "second-2"]);
    let found = |words: &[&str]| -> Vec<String> {
        let rows = folder.rows(&[&["license", "find", "--json"], words].concat());
        rows.iter().map(|row| row["source_order_id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(found(&["ADA@"]), ["second-2", "first-1"]);
    assert_eq!(found(&["example.com", "first"]), ["first-1"]);
    assert_eq!(found(&["datatools"]).len(), 2);
    assert_eq!(found(&["%"]), [""; 0]);
    let key = folder.rows(&["license", "list", "--limit", "1", "--json"])[0]["key"]
        .as_str()
        .unwrap()
        .to_lowercase();
    assert_eq!(found(&[&key[9..20]]), ["second-2"]);
}

#[test]
fn licenses_are_listed_by_what_they_are() {
    let folder = with_orders(&["first"]);
    let count = |filter: &[&str]| folder.rows(&[&["license", "list", "--json"], filter].concat()).len();
    for (name, yes, no) in [
        ("--status", "active", "revoked"),
        ("--product", "datatools-core", "datatools"),
        ("--source", "manual", "gumroad"),
        ("--email", "Ada@Example.com", "ada"),
        ("--mode", "live", "test"),
        ("--since", "1h", "2126-01-01"),
    ] {
        assert_eq!((count(&[name, yes]), count(&[name, no])), (1, 0), "{name}");
    }
    assert_eq!(folder.admin(&["license", "list", "--status", "gone"]).code, 2);
}

#[test]
fn a_letter_that_is_sent_again_is_in_the_history_with_who_and_why() {
    let folder = with_orders(&["first"]);
    let resend = [
        "license",
        "resend",
        "first",
        "--to",
        "ada@new.example.com",
        "--why",
        "mailbox full",
        "--by",
        "grace",
    ];
    assert_eq!(folder.admin(&resend).code, 0);
    let license = folder.rows(&["license", "show", "first", "--json"]).remove(0);
    let detail = license["history"][1]["detail"].as_str().unwrap();
    assert!(detail.starts_with("to ") && detail.ends_with(", by grace: mailbox full"), "{detail}");
}

fn decide(folder: &Folder, command: &str, name: &str, more: &[&str]) -> Finished {
    folder.admin(&[&["license", command, name], &WHY[..], more].concat())
}

/// Keys differ in each installation.
fn without_keys(text: &str) -> String {
    let words = text.split_inclusive(|character: char| character.is_whitespace() || character == ',');
    words
        .map(
            |word| {
                if word.starts_with("DT1-CORE-") { format!("KEY{}", &word[32..]) } else { word.to_owned() }
            },
        )
        .collect()
}

fn with_orders(orders: &[&str]) -> Folder {
    let folder = Folder::initialized();
    for order in orders {
        let mint = ["mint", "--product", "datatools-core", "--email", "ada@example.com", "--order", order];
        assert_eq!(folder.admin(&mint).code, 0);
    }
    folder
}
