//! `revocations`.

use crate::folder::{Folder, fields};
use jiff::Timestamp;
use mintmark_fulfillment::{Fulfillment, Role, Settings};

/// Does what a server does when it starts; answers with the list.
fn publish(folder: &Folder, now: Timestamp) -> String {
    let path = |file: &str| folder.path(file).display().to_string();
    let variables = [
        ("MINTMARK_DATA_DIR", path("mintmark-data")),
        ("MINTMARK_PRODUCTS_FILE", path("config/products.yaml")),
    ];
    let variables = variables.map(|(name, value)| (name.to_owned(), value));
    let settings = Settings::from_layers(None, variables).unwrap();
    let fulfillment = Fulfillment::open(settings, Role::Server, now).unwrap();
    fulfillment.publish_revocations(now).unwrap();
    fulfillment.revocation_list().unwrap().text.clone()
}

#[test]
fn the_newest_list_is_shown_and_written_into_a_file() {
    let folder = Folder::initialized();
    let list = publish(&folder, "2026-03-14T12:00:00Z".parse().unwrap());
    let shown = folder.admin(&["revocations"]);
    assert_eq!((shown.code, shown.errors.as_str()), (0, ""));
    insta::assert_snapshot!("shown", shown.output);
    let out = folder.path("published.txt");
    for earlier in ["", "an earlier list, which was longer than this one is likely to be"] {
        std::fs::write(&out, earlier).unwrap();
        let rows = folder.rows(&["revocations", "--json", "--out", "published.txt"]);
        assert_eq!(fields(&rows[0]), ["serial", "issued_at", "next_update", "licenses"]);
        assert_eq!(rows[0]["issued_at"], "2026-03-14T12:00:00Z");
        assert_eq!(std::fs::read_to_string(&out).unwrap(), list);
    }
    assert!(!folder.path("published.txt.draft").exists());
}

#[test]
fn without_a_list_or_a_place_for_its_file_the_command_fails() {
    let folder = Folder::initialized();
    let none = folder.admin(&["revocations"]);
    assert_eq!((none.code, none.output.as_str()), (1, ""));
    assert!(none.errors.contains("there is no revocation list yet"), "{}", none.errors);
    publish(&folder, Timestamp::now());
    let nowhere = folder.admin(&["revocations", "--out", "missing/published.txt"]);
    assert_eq!((nowhere.code, nowhere.output.as_str()), (1, ""));
    assert!(nowhere.errors.contains("missing/published.txt cannot be written"), "{}", nowhere.errors);
}
