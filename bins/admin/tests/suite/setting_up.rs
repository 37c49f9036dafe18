//! `init`, and `secret show` after it.

use crate::folder::Folder;

#[test]
fn a_first_run_makes_an_installation_and_shows_the_whole_ping_url_once() {
    let folder = Folder::empty();
    let made = folder.admin(&["init"]);
    assert_eq!((made.code, made.errors.as_str()), (0, ""));
    insta::with_settings!({filters => vec![("secret=[A-Za-z0-9_-]{43}", "secret=SECRET")]}, {
        insta::assert_snapshot!("first_run", made.output);
    });
    let again = folder.admin(&["init"]);
    assert_eq!((again.code, again.errors.as_str()), (0, ""));
    insta::assert_snapshot!("second_run", again.output);
}

#[test]
fn the_ping_url_can_be_shown_again() {
    let folder = Folder::empty();
    let made = folder.admin(&["init"]);
    let shown = folder.admin(&["secret", "show"]);
    assert_eq!(shown.code, 0);
    assert!(shown.output.starts_with("http://127.0.0.1:8080/webhooks/gumroad?secret="), "{}", shown.output);
    assert!(made.output.contains(&shown.output));
}

#[test]
fn configured_secrets_take_the_place_of_the_generated_one() {
    let folder = Folder::empty();
    let variables = [
        ("MINTMARK_SOURCES__GUMROAD__SECRETS", "[\"the-old-secret-of-ours\", \"the-new-secret-of-ours\"]"),
        ("MINTMARK_HTTP__PUBLIC_URL", "https://licenses.example.com"),
    ];
    assert_eq!(folder.admin_with(&variables, &["init"]).code, 0);
    assert!(!folder.path("mintmark-data/webhook-secret").exists());
    let base = "https://licenses.example.com/webhooks/gumroad?secret=the";
    let shown = folder.admin_with(&variables, &["secret", "show"]);
    assert_eq!(shown.output, format!("{base}-old-secret-of-ours\n{base}-new-secret-of-ours\n"));
}

#[test]
fn without_an_installation_there_is_no_secret_to_show() {
    let folder = Folder::empty();
    let shown = folder.admin(&["secret", "show"]);
    let told = "error: there is no webhook secret yet; `mintmark-admin init` makes one\n";
    assert_eq!((shown.code, shown.errors.as_str()), (2, told));
    assert!(folder.is_empty());
}

#[test]
fn settings_in_another_place_are_made_there() {
    let folder = Folder::empty();
    assert_eq!(folder.admin(&["init", "--config", "other.toml"]).code, 0);
    assert!(folder.path("other.toml").exists() && !folder.path("mintmark.toml").exists());
}

#[test]
fn init_makes_the_database_that_is_named() {
    let folder = Folder::empty();
    let made = folder.admin_with(&[("DATABASE_URL", "sqlite:named.db")], &["init"]);
    assert_eq!((made.code, made.errors.as_str()), (0, ""));
    assert!(made.output.contains("made       named.db\n"), "{}", made.output);
    assert!(folder.path("named.db").exists() && !folder.path("mintmark-data/mintmark.db").exists());
}
