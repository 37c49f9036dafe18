//! `config check`, and what every command says to a broken configuration.

use crate::folder::Folder;

#[test]
fn a_sound_configuration_is_summed_up_and_nothing_is_made() {
    let folder = Folder::empty();
    std::fs::write(folder.path("products.yaml"), "gumroad:\n  a: core\n  b: pro\n").unwrap();
    let variables = [
        ("MINTMARK_PRODUCTS_FILE", "products.yaml"),
        ("DATABASE_URL", "postgres://mintmark:hunter2@db.example.com/mintmark"),
        ("GUMROAD_WEBHOOK_SECRET", "hunter2hunter2hunter2"),
        ("POSTMARK_TOKEN", "hunter2"),
        ("MINTMARK_MAIL__FROM", "Example Apps <licenses@example.com>"),
    ];
    let checked = folder.admin_with(&variables, &["config", "check"]);
    assert_eq!((checked.code, checked.errors.as_str()), (0, ""));
    assert!(!checked.output.contains("hunter2"), "{}", checked.output);
    insta::assert_snapshot!(checked.output);
    assert!(!folder.path("mintmark-data").exists());
}

#[test]
fn no_configuration_at_all_is_sound_too() {
    let folder = Folder::empty();
    let checked = folder.admin(&["config", "check"]);
    assert_eq!(checked.code, 0);
    assert!(checked.output.contains("1 in the built-in example"), "{}", checked.output);
    assert!(folder.is_empty());
}

#[test]
fn all_mistakes_are_told_with_their_places_and_no_value_of_them() {
    let folder = Folder::empty();
    let text = "data_dirr = \"hunter2\"\n[http]\nbind = \"hunter2\"\n[mail]\nprovider = \"postmark\"\n";
    std::fs::write(folder.path("mintmark.toml"), text).unwrap();
    let checked = folder.admin_with(&[("GUMROAD_WEBHOOK_SECRET", "hunter2")], &["config", "check"]);
    assert_eq!((checked.code, checked.output.as_str()), (2, ""));
    assert!(!checked.errors.contains("hunter2"), "{}", checked.errors);
    insta::assert_snapshot!(checked.errors);
}

#[test]
fn mistakes_in_the_products_are_told_with_their_lines() {
    let folder = Folder::empty();
    let text = "gumroad:\n  a: CORE\n  b: { tier: core, seat: 3 }\n  a: core\ngumrod:\n  c: core\n";
    std::fs::write(folder.path("products.yaml"), text).unwrap();
    let checked = folder.admin_with(&[("MINTMARK_PRODUCTS_FILE", "products.yaml")], &["config", "check"]);
    assert_eq!((checked.code, checked.output.as_str()), (2, ""));
    insta::assert_snapshot!(checked.errors);
}

#[test]
fn a_mistyped_database_is_wrong_configuration_and_is_not_made() {
    let folder = Folder::initialized();
    let mint = ["mint", "--product", "datatools-core", "--email", "ada@example.com"];
    for arguments in [&["license", "list"][..], &["license", "show", "x"], &["key", "show"], &mint] {
        let finished = folder.admin_with(&[("DATABASE_URL", "sqlite:typo.db")], arguments);
        assert_eq!(finished.code, 2, "{arguments:?}");
        assert!(finished.errors.starts_with("error: there is no database at typo.db"), "{}", finished.errors);
        assert!(!folder.path("typo.db").exists(), "{arguments:?}");
    }
}
