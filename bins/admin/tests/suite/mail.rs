//! `mail list`, `mail retry`, `mail hold` and `mail preview`.

use crate::folder::{Folder, fields};
use serde_json::Value;

#[test]
fn letters_are_listed_with_all_that_is_known_of_them() {
    let folder = with_orders(&[("first", "ada@example.com"), ("second", "bob@example.com")]);
    folder.admin(&["mail", "hold", "2", "--why", "the buyer asked"]);
    let letters = folder.rows(&["mail", "list", "--json"]);
    assert_eq!(letters.iter().map(|letter| &letter["state"]).collect::<Vec<_>>(), ["held", "queued"]);
    assert_eq!(
        fields(&letters[0]).join(" "),
        "id kind resend_number recipient state attempts provider message_id failure_class error created_at next_at \
         sent_at enclosed_in replaced queued_at license_id source mode order_id product_name"
    );
    for (filter, orders) in [
        (vec!["--state", "queued"], vec!["first"]),
        (vec!["--state", "queued,held"], vec!["second", "first"]),
        (vec!["--failed"], vec![]),
        (vec!["--email", "ADA@example.com"], vec!["first"]),
        (vec!["--order", "second"], vec!["second"]),
        (vec!["--since", "1h"], vec!["second", "first"]),
        (vec!["--since", "2999-01-01"], vec![]),
        (vec!["--limit", "1"], vec!["second"]),
    ] {
        let found = folder.rows(&[&["mail", "list", "--json"], &filter[..]].concat());
        assert_eq!(found.iter().map(|letter| &letter["order_id"]).collect::<Vec<_>>(), orders, "{filter:?}");
    }
    let table = folder.admin(&["mail", "list"]).output;
    assert!(table.contains("held: by hand") && table.contains("bob@example.com"), "{table}");
}

#[test]
fn a_list_without_letters_is_no_failure_and_an_unknown_state_is_wrong_usage() {
    let folder = Folder::initialized();
    let table = folder.admin(&["mail", "list"]);
    assert_eq!((table.code, table.output.as_str(), table.errors.as_str()), (0, "", "no letters\n"));
    assert_eq!(folder.admin(&["mail", "list", "--state", "lost"]).code, 2);
}

#[test]
fn a_letter_is_held_by_a_name_and_for_a_reason_and_sent_again() {
    let folder = with_orders(&[("first", "ada@example.com")]);
    assert_eq!(folder.admin(&["mail", "hold", "1"]).code, 2, "nobody knows later why it was held");
    let held = folder.admin(&["mail", "hold", "1", "7", "--why", "wait for the invoice", "--by", "ada"]);
    assert_eq!((held.code, held.output.lines().count()), (1, 2));
    assert!(held.output.contains("letter 7  there is no such letter"), "{}", held.output);
    assert_eq!(letter(&folder)["failure_class"], "by_hand");
    let retried = folder.admin_with(&[("MINTMARK_OPERATOR", "bob")], &["mail", "retry", "1"]);
    assert_eq!((retried.code, retried.output.as_str()), (0, "letter 1  queued, to ada@example.com\n"));
    assert_eq!(letter(&folder)["state"], "queued");
    let license = folder.rows(&["license", "show", "first", "--json"]).remove(0);
    let history: Vec<_> =
        license["history"].as_array().unwrap().iter().map(|event| &event["detail"]).collect();
    assert_eq!(history[1..], ["by ada: wait for the invoice", "by bob"]);
}

#[test]
fn a_letter_that_cannot_be_sent_again_says_what_helps() {
    let folder = with_orders(&[("first", "ada@example.com")]);
    folder.admin(&["license", "resend", "first"]);
    let replaced = folder.admin(&["mail", "retry", "1"]);
    assert_eq!(replaced.code, 1);
    assert!(replaced.output.starts_with("letter 1  not sent again: a newer letter took its place"));
    let held = folder.admin(&["mail", "hold", "1", "--why", "too late"]);
    assert!(held.output.starts_with("letter 1  not held: a newer letter took its place"));
}

#[test]
fn all_that_failed_is_sent_again_after_a_yes_alone() {
    let folder = with_orders(&[("first", "ada@example.com")]);
    assert_eq!(folder.admin(&["mail", "retry"]).code, 2);
    assert_eq!(folder.admin(&["mail", "retry", "--all"]).code, 2);
    assert_eq!(folder.admin(&["mail", "retry", "--all", "--failed"]).code, 2);
    let none = folder.admin(&["mail", "retry", "--all", "--failed", "--yes"]);
    assert_eq!((none.code, none.output.as_str()), (0, "no letter has failed\n"));
}

#[test]
fn a_letter_is_shown_as_files_and_nothing_is_sent() {
    let folder = with_orders(&[("first", "ada@example.com")]);
    for name in ["1", "first", "ada@example.com"] {
        let shown = folder.admin(&["mail", "preview", name, "--into", "letters-to-see"]);
        assert_eq!(shown.code, 0, "{}", shown.errors);
        let mut lines = shown.output.lines();
        assert_eq!(lines.next(), Some("Your license for datatools-core"));
        let paths: Vec<_> = lines.map(str::trim).collect();
        assert_eq!(
            paths[..3],
            ["subject.txt", "txt", "html"].map(|end| format!("letters-to-see/letter-1.{end}"))
        );
        let key = folder.rows(&["license", "list", "--json"])[0]["key"].as_str().unwrap().to_owned();
        for path in &paths[1..3] {
            assert!(std::fs::read_to_string(folder.path(path)).unwrap().contains(&key), "{path}");
        }
    }
    let sample = folder.admin(&["mail", "preview", "--template", "renewal"]);
    let html = sample.output.lines().find(|line| line.ends_with(".html")).unwrap().trim();
    assert!(std::fs::read_to_string(html).unwrap().contains("is renewed"));
    std::fs::remove_dir_all(std::path::Path::new(html).parent().unwrap()).unwrap();
    assert_eq!(letter(&folder)["state"], "queued");
    assert_eq!(folder.admin(&["mail", "preview", "99"]).code, 1);
    assert_eq!(folder.admin(&["mail", "preview", "--template", "no-such"]).code, 2);
}

fn letter(folder: &Folder) -> Value {
    folder.rows(&["mail", "list", "--json", "--limit", "1"]).remove(0)
}

fn with_orders(orders: &[(&str, &str)]) -> Folder {
    let folder = Folder::initialized();
    for (order, email) in orders {
        folder.admin(&["mint", "--product", "datatools-core", "--email", email, "--order", order]);
    }
    folder
}
