//! `show`.

use crate::installation::{Installation, fields};

const FIELDS: [&str; 20] = [
    "id",
    "source",
    "origin",
    "kind",
    "mode",
    "order_id",
    "received_at",
    "processed",
    "attempts",
    "outcome",
    "error",
    "reason",
    "license_key",
    "remote_address",
    "content_type",
    "headers",
    "body",
    "declared_size",
    "order",
    "license",
];

#[test]
fn everything_about_a_row_is_one_line_of_json() {
    let mut installation = Installation::new();
    installation.sell("S1", "known");
    let rows = installation.rows(&["show", "1", "--json"]);
    assert_eq!(fields(&rows[0]), [&FIELDS[..], &["letters"]].concat());
    assert_eq!(rows[0]["order"]["sale_id"], "S1");
    assert_eq!(rows[0]["license"]["key"], rows[0]["license_key"]);
    assert_eq!(rows[0]["letters"][0]["state"], "queued");
    assert_eq!(rows[0]["attempts"][0]["outcome"], "minted");
}

#[test]
fn people_read_the_body_the_license_and_what_to_do_next() {
    let mut installation = Installation::new();
    installation.sell("S1", "known");
    installation.sell("S2", "forgotten");
    let minted = installation.replay(&["show", "1"]);
    assert_eq!((minted.code, minted.errors.as_str()), (0, ""));
    assert!(minted.output.contains("\nDTLIC2:"), "{}", minted.output);
    assert!(minted.output.ends_with("\nNext: nothing is left to do.\n"), "{}", minted.output);
    let failed = installation.replay(&["show", "2"]);
    assert!(failed.output.contains("  product_id     forgotten\n"), "{}", failed.output);
    assert!(!failed.output.contains("sale_id=S2&"), "{}", failed.output);
    let raw = installation.replay(&["show", "2", "--raw"]);
    assert!(raw.output.contains("\n  sale_id=S2&product_id=forgotten"), "{}", raw.output);
    assert!(minted.output.contains("minted by row 1"), "{}", minted.output);
    assert!(failed.output.ends_with("then: mintmark-replay run 2\n"), "{}", failed.output);
}

#[test]
fn a_row_that_does_not_exist_is_a_failure() {
    let shown = Installation::new().replay(&["show", "7", "--json"]);
    assert_eq!(
        (shown.code, shown.output.as_str(), shown.errors.as_str()),
        (1, "", "error: there is no delivery 7\n")
    );
}
