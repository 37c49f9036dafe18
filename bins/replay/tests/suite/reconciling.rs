//! `reconcile`.

use crate::installation::{Installation, fields};
use jiff::{SignedDuration, Timestamp};
use mintmark_adapters::testing::{Faults, GumroadDouble, sale, with};
use serde_json::json;

/// A sale of so many days ago.
fn sold(number: u64, days: i64) -> serde_json::Value {
    let email = format!("buyer-{number}@example.com");
    sale(number, "known", &email, Timestamp::now() - SignedDuration::from_hours(24 * days))
}

#[test]
fn what_was_never_told_is_made_up_for_once() {
    let double = GumroadDouble::start();
    let installation = Installation::with_books(&double.url());
    double.sell(sold(1, 5));
    double.sell(sold(2, 4));
    double.sell(with(sold(3, 3), "refunded", json!(true)));
    let first = installation.replay(&["reconcile", "--source", "gumroad"]);
    assert_eq!((first.code, first.errors.as_str()), (0, ""));
    let said: Vec<&str> = first.output.lines().skip(1).collect();
    assert_eq!(said, ["3 had never been told, and are on record now.", "That made: 1 ignored, 2 minted."]);
    assert!(first.output.contains("the store says 3, we had 0."), "{}", first.output);

    let again = installation.replay(&["reconcile"]);
    assert_eq!(again.code, 0);
    assert!(again.output.ends_with("the store says 3, we had 3.\nNothing was missed.\n"), "{}", again.output);
    let origins: Vec<_> =
        installation.rows(&["list", "--json"]).iter().map(|row| row["origin"].clone()).collect();
    assert_eq!(origins, ["reconcile", "reconcile", "reconcile"]);
}

#[test]
fn the_report_is_one_line_of_json() {
    let double = GumroadDouble::start();
    let installation = Installation::with_books(&double.url());
    double.sell(with(sold(1, 5), "product_id", json!("unheard-of")));
    let finished = installation.replay(&["reconcile", "--since", "10d", "--json"]);
    assert_eq!(finished.code, 1);
    let report: serde_json::Value = serde_json::from_str(&finished.output).unwrap();
    let names = [
        "source",
        "since",
        "until",
        "listed",
        "known",
        "missed",
        "changed",
        "subscriptions",
        "outcomes",
        "open",
        "unread",
    ];
    assert_eq!(fields(&report), names);
    assert_eq!((&report["listed"], &report["missed"]), (&json!(1), &json!(1)));
    assert_eq!(report["open"][0]["id"], "sale-1==");
    let shown = installation.rows(&["show", "1", "--json"]);
    assert_eq!(
        (&shown[0]["order"]["email"], &shown[0]["origin"]),
        (&json!("buyer-1@example.com"), &json!("reconcile"))
    );
}

#[test]
fn what_cannot_be_read_is_a_failure_that_says_which_days() {
    let double = GumroadDouble::start();
    let installation = Installation::with_books(&double.url());
    double.fail(Faults { longest_list: Some(0), ..Faults::default() });
    let finished = installation.replay(&["reconcile", "--since", "1d"]);
    assert_eq!(finished.code, 1);
    assert!(finished.output.contains("Could not be read:"), "{}", finished.output);
    double.fail(Faults { no_token: true, ..Faults::default() });
    let refused = installation.replay(&["reconcile"]);
    assert_eq!(
        (refused.code, refused.errors.as_str()),
        (1, "error: the store does not know the access token (401)\n")
    );
}

#[test]
fn without_a_token_it_says_how_to_get_one() {
    let finished = Installation::new().replay(&["reconcile"]);
    assert_eq!(finished.code, 2);
    assert!(
        finished.errors.contains("sources.gumroad.access_token is not set; Gumroad makes one"),
        "{}",
        finished.errors
    );
    let unknown = Installation::new().replay(&["reconcile", "--source", "acorn"]);
    assert_eq!((unknown.code, unknown.errors.as_str()), (1, "error: there is no source acorn\n"));
}
