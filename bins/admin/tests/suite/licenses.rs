//! `license list`, `license show` and `license resend`.

use crate::folder::Folder;
use serde_json::json;

#[test]
fn licenses_are_listed_newest_first_and_as_many_as_asked() {
    let folder = with_orders(&["first", "second", "third"]);
    let orders = |arguments: &[&str]| -> Vec<String> {
        let rows = folder.rows(&[&["license", "list", "--json"], arguments].concat());
        rows.iter().map(|row| row["source_order_id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(orders(&[]), ["third", "second", "first"]);
    assert_eq!(orders(&["--limit", "2"]), ["third", "second"]);
    let table = folder.admin(&["license", "list", "--limit", "2"]);
    assert_eq!(table.output.lines().count(), 1 + 2);
    assert_eq!(table.errors, "The newest 2 licenses are shown; --limit N shows more.\n");
}

#[test]
fn a_list_without_licenses_is_no_failure() {
    let table = Folder::initialized().admin(&["license", "list"]);
    assert_eq!((table.code, table.output.as_str(), table.errors.as_str()), (0, "", "no licenses\n"));
}

#[test]
fn a_license_is_found_by_all_its_names() {
    let folder = with_orders(&["first", "second"]);
    let license = folder.rows(&["license", "show", "first", "--json"]).remove(0);
    for name in ["id", "key", "source_order_id"] {
        let shown = folder.rows(&["license", "show", license[name].as_str().unwrap(), "--json"]);
        assert_eq!(shown, std::slice::from_ref(&license), "{name}");
    }
    let minted = &license["history"][0];
    assert_eq!([&minted["event"], &minted["kind"], &minted["source"]], ["minted", "sale", "manual"]);
    assert_eq!(license["sale"]["quantity"], 1);
    assert_eq!(
        (&license["letters"][0]["kind"], &license["letters"][0]["enclosed_in"]),
        (&json!("license"), &json!(null))
    );
    assert_eq!(license["deliveries"][0]["outcome"], "minted");
    assert_eq!(folder.rows(&["license", "show", "ada@example.com", "--json"]).len(), 2);
    assert_eq!(folder.admin(&["license", "show", "ada@example.com"]).output.matches("\nDTLIC2:").count(), 2);
}

#[test]
fn a_name_that_no_license_has_is_a_failure() {
    let folder = Folder::initialized();
    for command in ["show", "resend"] {
        let shown = folder.admin(&["license", command, "nobody@example.com"]);
        assert_eq!(
            (shown.code, shown.errors.as_str()),
            (1, "error: there is no license nobody@example.com\n")
        );
    }
}

#[test]
fn a_letter_is_queued_again_to_the_buyer_or_elsewhere() {
    let folder = with_orders(&["first"]);
    let resent = folder.admin(&["license", "resend", "first"]);
    assert!(resent.output.ends_with("  letter 2 queued, to ada@example.com\n"), "{}", resent.output);
    let elsewhere = folder.admin(&["license", "resend", "first", "--to", "ada@new.example.com"]);
    assert!(
        elsewhere.output.ends_with("  letter 3 queued, to ada@new.example.com\n"),
        "{}",
        elsewhere.output
    );
    let license = folder.rows(&["license", "show", "first", "--json"]).remove(0);
    let recipients: Vec<_> =
        license["letters"].as_array().unwrap().iter().map(|letter| &letter["recipient"]).collect();
    assert_eq!(recipients, ["ada@example.com", "ada@example.com", "ada@new.example.com"]);
    assert_eq!(license["email"], "ada@example.com");
}

#[test]
fn logged_letters_need_a_provider_and_a_yes() {
    let folder = Folder::initialized();
    assert_eq!(folder.admin(&["license", "resend", "--logged", "--yes"]).code, 2);
    let provider = [("POSTMARK_TOKEN", "token"), ("MINTMARK_MAIL__FROM", "licenses@example.com")];
    assert_eq!(folder.admin_with(&provider, &["license", "resend", "--logged"]).code, 2);
    assert_eq!(folder.admin_with(&provider, &["license", "resend", "--logged", "--yes"]).code, 0);
    assert_eq!(folder.admin(&["license", "resend"]).code, 2);
    assert_eq!(folder.admin(&["license", "resend", "x", "--logged"]).code, 2);
}

fn with_orders(orders: &[&str]) -> Folder {
    let folder = Folder::initialized();
    for order in orders {
        let mint = ["mint", "--product", "datatools-core", "--email", "ada@example.com", "--order", order];
        assert_eq!(folder.admin(&mint).code, 0);
    }
    folder
}
