//! The catalog's file: what it may say, and its mistakes.

use crate::support::Shop;
use mintmark_fulfillment::{Error, Settings, check};
use mintmark_storage::testing::TestDatabase;
use std::path::Path;

fn mistakes(products: &str) -> String {
    let database = TestDatabase::sqlite();
    let error = check(&Shop::on(&database).selling(products).settings()).unwrap_err();
    assert!(matches!(error, Error::Problems(_)) && error.is_configuration());
    error.to_string().replace(&format!("{}/", database.folder().display()), "")
}

fn count(products: &str) -> usize {
    check(&Shop::on(&TestDatabase::sqlite()).selling(products).settings()).unwrap().count()
}

#[test]
fn every_mistake_is_reported_at_once_with_its_line() {
    let products = "gumroad:
  shouting: CORE
  empty:
  listed: [core]
  twice: core
  twice: pro
  tierless: { name: Nothing }
  long:
    tier: a tier
    tiers: core
    line: dt-1
    name: [Lumen]
    letter: fancy
    download: example.com
    seats: 0
    expires: someday
    updates: -1y
    grace: 91d
    entitlements: [Export, fine, -minus]
    free: perhaps
    test: yes
    on_refund: forget
    on_dispute: win
    on_end: begin
    name: Lumen
    on_paid_off: begin
    keys: several
    notify: [renewal, birthday]
  passed-over: { ignore: maybe, tier: core }
  a-box: { bundle: [missing, a-box, twice, twice, [core]] }
  an-empty-box: { bundle: [] }
  no-box: { tier: core, bundle: twice }
  unread: { ignore: true, teir: core }
strype:
  prod_1: core
manual: core
gumroad: {}
";
    insta::assert_snapshot!("mistakes_in_the_catalog", mistakes(products));
}

#[test]
fn a_file_that_is_not_yaml_is_reported_by_its_line() {
    let files =
        ["gumroad:\n  a: core\n  b: {tier: core\nmanual: {}\n", "- gumroad\n", "gumroad:\n\ta: core\n"];
    insta::assert_snapshot!("files_that_are_not_yaml", files.map(mistakes).join("\n"));
}

#[test]
fn entitlements_that_no_blob_has_room_for_are_refused() {
    let long: Vec<String> = (0..20).map(|number| format!("{number:0>60}")).collect();
    let products = format!("gumroad: {{ a: {{ tier: core, entitlements: [x{}] }} }}", long.join(", x"));
    let message = "products.yaml:1: entitlements: at most 64 are expected, with at most 900 letters together";
    assert_eq!(mistakes(&products), message);
}

#[test]
fn an_entry_may_say_everything() {
    let whole = "gumroad:
  short: core
  \"12345\": pro
  long:
    tier: pro
    line: LUM2
    name: Lumen Notes Pro
    letter: license
    download: https://example.com/download
    seats: 5
    expires: subscription
    updates: 1y
    grace: 10d
    entitlements: [export-csv, batch]
    free: false
    test: ignore
    on_refund: keep
    on_dispute: suspend
    on_end: keep
    on_paid_off: end
    keys: quantity
    notify: [renewal, revocation, suspension]
  a box: { bundle: [short, \"12345\"] }
  another box: { tier: pro, bundle: [ignored], grace: 0s }
  ignored: { ignore: true }
manual:
  short: core
";
    assert_eq!(count(whole), 7);
}

#[test]
fn a_file_without_products_is_a_catalog() {
    assert_eq!(["", "# nothing yet\n", "gumroad:\n", "gumroad: {}\n"].map(count), [0, 0, 0, 0]);
}

#[test]
fn the_catalog_of_the_repository_loads_and_serves_where_there_is_none() {
    let folder = tempfile::TempDir::new().unwrap();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/products.yaml");
    let named = [("MINTMARK_PRODUCTS_FILE".to_owned(), file.display().to_string())];
    let built_in = [("MINTMARK_DATA_DIR".to_owned(), folder.path().display().to_string())];
    for environment in [named, built_in] {
        assert_eq!(check(&Settings::from_layers(None, environment).unwrap()).unwrap().count(), 1);
    }
}

#[test]
fn the_examples_of_the_manual_are_one_catalog() {
    let manual = include_str!("../../../../docs/OPERATING.md").split("\n## products.yaml\n").nth(1).unwrap();
    let section = manual.split("\n## ").next().unwrap();
    let examples: Vec<&str> =
        section.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    let lines = examples.concat().lines().filter(|line| line.contains(':')).count();
    assert_eq!(count(&examples.concat()), lines - 1);
}

#[test]
fn a_file_that_was_named_and_is_missing_is_a_mistake() {
    let named = [("MINTMARK_PRODUCTS_FILE".to_owned(), "/nowhere/products.yaml".to_owned())];
    let error = check(&Settings::from_layers(None, named).unwrap()).unwrap_err();
    assert!(error.to_string().starts_with("/nowhere/products.yaml: cannot be read: "), "{error}");
}
