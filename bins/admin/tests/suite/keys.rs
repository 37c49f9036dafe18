//! `key`: what is shown, made, checked and rotated.

use crate::folder::{Folder, fields};
use mintmark_fulfillment::PublicKey;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;

#[test]
fn the_public_keys_are_shown_in_both_their_spellings() {
    let folder = Folder::initialized();
    let shown = folder.rows(&["key", "show", "--json"]);
    let names = ["kid", "public_key", "public_key_hex"];
    let expected = ["", "revocation_"].map(|prefix| names.map(|name| format!("{prefix}{name}")));
    assert_eq!(fields(&shown[0]), expected.concat());
    let paper = folder.admin(&["key", "show"]).output;
    for prefix in ["", "revocation_"] {
        let [kid, base64url, hexadecimal] =
            names.map(|name| shown[0][format!("{prefix}{name}")].as_str().unwrap());
        let key: PublicKey = base64url.parse().unwrap();
        assert_eq!(kid, key.kid().to_string());
        assert_eq!(Ok(key), hexadecimal.parse().map_err(drop));
        assert!(paper.contains(kid) && paper.contains(base64url) && paper.contains(hexadecimal), "{paper}");
    }
    assert_ne!(shown[0]["kid"], shown[0]["revocation_kid"]);
}

#[test]
fn a_standby_key_is_made_once_and_exported_beside_the_active_one() {
    let folder = Folder::initialized();
    let alone = folder.admin(&["key", "export-public"]);
    assert!(alone.output.contains("[&str; 1]") && alone.errors.contains("key standby"), "{alone:?}");
    let made = folder.rows(&["key", "standby", "--json"]);
    assert_eq!(fields(&made[0]), ["kid", "public_key", "public_key_hex", "made"]);
    let again = folder.rows(&["key", "standby", "--json"]);
    assert_eq!((&made[0]["made"], &again[0]["made"]), (&true.into(), &false.into()));
    assert_eq!(made[0]["kid"], again[0]["kid"]);

    let exported = folder.rows(&["key", "export-public", "--format", "json"]);
    assert_eq!(fields(&exported[0]), ["active", "standby", "retired", "distrusted", "revocation"]);
    assert_eq!(exported[0]["standby"]["kid"], made[0]["kid"]);
    let hex = folder.admin(&["key", "export-public", "--format", "hex"]);
    assert_eq!((hex.output.lines().count(), hex.errors.as_str()), (3, ""));
    let rust = folder.admin(&["key", "export-public"]).output;
    for name in ["active", "standby", "revocation"] {
        let key = exported[0][name]["public_key"].as_str().unwrap();
        assert!(rust.contains(&format!("\"{key}\"")), "{rust}");
        assert!(hex.output.contains(exported[0][name]["public_key_hex"].as_str().unwrap()), "{}", hex.output);
    }
}

#[test]
fn a_rotation_makes_the_standby_key_the_active_one() {
    let folder = Folder::initialized();
    let refused = folder.admin(&["key", "rotate"]);
    assert_eq!((refused.code, refused.output.as_str()), (2, ""));
    assert!(refused.errors.contains("there is no standby key"), "{}", refused.errors);
    let old = folder.rows(&["key", "show", "--json"]).remove(0);
    let standby = folder.rows(&["key", "standby", "--json"]).remove(0);
    let rotated = folder.rows(&["key", "rotate", "--json"]).remove(0);
    assert_eq!(fields(&rotated), ["kid", "retired_kid", "compromised", "reissued", "failed"]);
    assert_eq!((&rotated["kid"], &rotated["retired_kid"]), (&standby["kid"], &old["kid"]));
    assert_eq!(folder.rows(&["key", "show", "--json"])[0]["kid"], standby["kid"]);
    let checked = folder.admin(&["key", "check"]);
    assert_eq!((checked.code, checked.errors.as_str()), (0, ""), "{}", checked.output);
}

#[test]
fn after_a_compromise_every_license_is_issued_again() {
    let folder = Folder::initialized();
    for order in ["one", "two"] {
        folder.admin(&[
            "mint",
            "--product",
            "datatools-core",
            "--email",
            "ada@example.com",
            "--order",
            order,
        ]);
    }
    folder.admin(&["key", "standby"]);
    let rotated = folder.admin(&["key", "rotate", "--compromised"]);
    assert_eq!((rotated.code, rotated.errors.as_str()), (0, ""));
    assert!(rotated.output.contains("issued again  2 licenses"), "{}", rotated.output);
    let seqs: Vec<_> =
        folder.rows(&["license", "list", "--json"]).iter().map(|license| license["seq"].clone()).collect();
    assert_eq!(seqs, [2, 2]);
    assert_eq!(folder.admin(&["key", "rotate", "--mail"]).code, 2);
}

#[test]
fn what_is_wrong_with_the_keys_is_told_with_its_remedy() {
    let folder = Folder::initialized();
    let sound = folder.admin(&["key", "check"]);
    assert_eq!((sound.code, sound.errors.as_str()), (0, ""));
    assert!(sound.output.lines().all(|line| line.starts_with("ok ") || line.starts_with("note ")));
    let key = folder.path("mintmark-data/signing-key.pk8");
    std::fs::set_permissions(&key, Permissions::from_mode(0o644)).unwrap();
    let wrong = folder.admin(&["key", "check"]);
    assert_eq!(wrong.code, 1);
    assert!(wrong.output.contains("remedy: chmod 600 mintmark-data/signing-key.pk8"), "{}", wrong.output);
    let rows = folder.rows(&["key", "check", "--json"]);
    assert!(rows.iter().all(|row| fields(row) == ["what", "state", "words", "remedy"]));
    assert_eq!(folder.admin(&["key", "show"]).code, 2);
}

#[test]
fn new_keys_take_nobodys_place() {
    let folder = Folder::empty();
    let made = folder.admin(&["key", "new"]);
    assert_eq!((made.code, made.errors.as_str()), (0, ""));
    let before = std::fs::read(folder.path("mintmark-data/signing-key.pk8")).unwrap();
    assert!(!folder.path("mintmark-data/mintmark.db").exists());
    let again = folder.admin(&["key", "new"]);
    assert_eq!((again.code, again.output.as_str()), (1, ""));
    assert_eq!(std::fs::read(folder.path("mintmark-data/signing-key.pk8")).unwrap(), before);
    assert_eq!(folder.admin(&["init"]).code, 0);
    assert_eq!(folder.admin(&["key", "check"]).code, 0);
}
