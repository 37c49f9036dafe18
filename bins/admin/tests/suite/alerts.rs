//! `alerts list` and `alerts test`.

use crate::folder::Folder;

#[test]
fn nobody_is_told_until_it_is_set_who() {
    let folder = Folder::initialized();
    let nobody = folder.admin(&["alerts", "test"]);
    assert_eq!(nobody.code, 2);
    assert!(nobody.errors.contains("alerts.to or alerts.webhook"), "{}", nobody.errors);
    let list = folder.admin(&["alerts", "list"]);
    assert_eq!((list.code, list.output.as_str(), list.errors.as_str()), (0, "", "nothing needs you\n"));
    assert_eq!(folder.admin(&["alerts", "list", "--json"]).output, "");
}

#[test]
fn a_test_says_by_which_ways_it_was_told() {
    let folder = Folder::initialized();
    let ways = [
        ("MINTMARK_ALERTS__TO", "operator@example.com"),
        // Nobody listens on this port.
        ("MINTMARK_ALERTS__WEBHOOK", "http://127.0.0.1:9/a-secret-of-the-room"),
    ];
    let test = folder.admin_with(&ways, &["alerts", "test"]);
    assert_eq!(test.code, 1);
    assert_eq!(test.output, "mail  told\nwebhook  not told: it did not answer: no connection\n");
    let letters = std::fs::read_dir(folder.path("mintmark-data/letters")).unwrap();
    let letter = std::fs::read_to_string(letters.last().unwrap().unwrap().path()).unwrap();
    assert!(letter.contains("Subject: Mintmark: a test") && letter.contains("To: operator@example.com"));
}

#[test]
fn mistakes_in_who_is_told_are_told_without_their_values() {
    let folder = Folder::initialized();
    let wrong = [
        ("MINTMARK_ALERTS__TO", "operator"),
        ("MINTMARK_ALERTS__WEBHOOK", "http://hooks.example.com/secret"),
        ("MINTMARK_ALERTS__EVERY", "often"),
        ("MINTMARK_ALERTS__DISK_BELOW", "little"),
    ];
    let checked = folder.admin_with(&wrong, &["config", "check"]);
    assert_eq!(checked.code, 2);
    for (name, value) in wrong {
        assert!(checked.errors.contains(name), "{name}: {}", checked.errors);
        assert!(!checked.errors.contains(value) || value == "operator", "{value}: {}", checked.errors);
    }
}
