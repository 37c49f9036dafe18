//! `mint`.

use crate::folder::{Finished, Folder, fields};

const FIELDS: [&str; 21] = [
    "id",
    "key",
    "blob",
    "line",
    "product_id",
    "tier",
    "status",
    "seats",
    "email",
    "name",
    "source",
    "origin",
    "mode",
    "source_order_id",
    "item",
    "test",
    "issued_at",
    "expires_at",
    "updates_until",
    "seq",
    "letter",
];

#[test]
fn a_license_minted_by_hand_has_the_fields_of_the_contract() {
    let folder = Folder::initialized();
    let facts = ["--order", "prize-1", "--name", "Ada", "--quantity", "3", "--note", "a prize", "--json"];
    let minted = folder.rows(&[&MINT[..], &facts].concat());
    assert_eq!(fields(&minted[0]), FIELDS);
    let told = ["tier", "seats", "email", "name", "source", "origin", "source_order_id", "letter"];
    let told = told.map(|name| minted[0][name].to_string()).join(" ");
    assert_eq!(told, r#""core" 3 "ada@example.com" "Ada" "manual" "manual" "prize-1" "queued""#);
}

#[test]
fn an_order_minted_twice_has_one_license() {
    let folder = Folder::initialized();
    let order = [&MINT[..], &["--order", "prize-1"]].concat();
    let first = folder.admin(&order);
    assert!(first.output.starts_with("Minted\n  order   prize-1\n  key     DT1-CORE-"), "{}", first.output);
    let second = folder.admin(&order);
    assert_eq!(second.code, 0);
    assert_eq!(second.output, first.output.replace("Minted\n", "This order has its license already\n"));
    assert_eq!(folder.rows(&["license", "list", "--json"]).len(), 1);
}

#[test]
fn orders_without_a_name_are_different_orders() {
    let folder = Folder::initialized();
    folder.admin(&MINT);
    folder.admin(&MINT);
    assert_eq!(folder.rows(&["license", "list", "--json"]).len(), 2);
}

#[test]
fn an_unmapped_product_is_not_minted_and_says_why() {
    let folder = Folder::initialized();
    let finished = folder.admin(&["mint", "--product", "nothing", "--email", "ada@example.com"]);
    assert_eq!((finished.code, finished.output.as_str()), (1, ""));
    let told = "error: nothing was minted: no entry in config/products.yaml: manual/nothing";
    assert!(finished.errors.starts_with(told), "{}", finished.errors);
    assert!(
        finished.errors.ends_with("\nonce that is mended: mintmark-replay run 1\n"),
        "{}",
        finished.errors
    );
}

#[test]
fn an_address_that_cannot_be_mailed_is_wrong_usage() {
    let folder = Folder::initialized();
    let Finished { code, errors, .. } =
        folder.admin(&["mint", "--product", "datatools-core", "--email", "ada"]);
    assert_eq!(code, 2);
    assert!(errors.contains("the address needs exactly one at sign"), "{errors}");
}

const MINT: [&str; 5] = ["mint", "--product", "datatools-core", "--email", "ada@example.com"];
