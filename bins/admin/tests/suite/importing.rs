//! `import`: licenses of another system.

use crate::folder::{Finished, Folder};
use serde_json::{Value, json};

const FILE: &str = "order_id,email,product_id,key,seats,issued_at,expires_at,status,name
A-1,ada@example.com,datatools-core,OLD-KEY-1,3,2024-05-06,,active,Ada Lovelace
A-2,bob@example.com,datatools-core,,,2025-01-01T10:00:00Z,2030-01-01,,
A-3,eve@example.com,datatools-core,old key 3,,,,revoked,
";

#[test]
fn licenses_of_another_system_are_taken_over_once_with_their_keys() {
    let folder = Folder::initialized();
    let first = import(&folder, FILE, &["--yes", "--by", "grace"]);
    assert_eq!(
        (first.code, first.errors.as_str()),
        (0, "3 imported, 0 there already, 0 bad\n"),
        "{}",
        first.output
    );
    assert!(
        first.output.starts_with("line 2  imported  OLD-KEY-1\nline 3  imported  DT1-CORE-"),
        "{}",
        first.output
    );
    let second = import(&folder, FILE, &["--yes"]);
    assert_eq!((second.code, second.errors.as_str()), (0, "0 to import, 3 there already, 0 bad\n"));

    let license = folder.rows(&["license", "show", "OLD-KEY-1", "--json"]).remove(0);
    let said = ["source_order_id", "email", "name", "origin", "source", "status"];
    let said = said.map(|name| license[name].as_str().unwrap());
    assert_eq!(said, ["A-1", "ada@example.com", "Ada Lovelace", "import", "manual", "active"]);
    assert_eq!(
        [&license["seats"], &license["issued_at"], &license["letter"]],
        [&json!(3), &json!("2024-05-06T00:00:00Z"), &Value::Null]
    );
    assert!(license["blob"].as_str().unwrap().starts_with("DTLIC2:"));
    assert_eq!(folder.rows(&["license", "show", "A-2", "--json"])[0]["expires_at"], "2030-01-01T00:00:00Z");
    let revoked = folder.rows(&["license", "show", "A-3", "--json"]).remove(0);
    assert_eq!((&revoked["status"], &revoked["key"]), (&json!("revoked"), &json!("old key 3")));
    assert_eq!(folder.rows(&["license", "list", "--json"]).len(), 3);
}

#[test]
fn a_foreign_key_that_is_rotated_gives_way_to_one_of_ours() {
    let folder = Folder::initialized();
    import(&folder, FILE, &["--yes"]);
    let rotate = ["license", "rotate-key", "OLD-KEY-1", "--why", "leaked", "--by", "ada", "--yes", "--json"];
    let rotated = folder.rows(&rotate);
    assert!(rotated[0]["license"]["key"].as_str().unwrap().starts_with("DT1-CORE-"), "{rotated:?}");
    assert_eq!(folder.admin(&["license", "show", "OLD-KEY-1"]).code, 1);
}

#[test]
fn all_bad_lines_are_told_at_once_and_nothing_is_imported() {
    let folder = Folder::initialized();
    let bad = "order_id,email,product_id,key,seats,issued_at,status
A-1,ada@example.com,datatools-core,K1,,,
A-1,ada@example.com,datatools-core,K2,,,
A-2,ada@example.com,datatools-core,K1,,,
A-3,,datatools-core,,,,
A-4,ada@example.com,nothing,,,,
A-5,ada@example.com,datatools-core,,two,,
A-6,ada@example.com,datatools-core,,,yesterday,
A-7,ada@example.com,datatools-core,,,,gone
A-8,ada@example.com
";
    let refused = import(&folder, bad, &["--yes"]);
    assert_eq!(refused.code, 1);
    insta::assert_snapshot!("bad_lines", refused.output);
    assert_eq!(refused.errors, "nothing was imported: 8 of 9 lines are bad\n");
    assert!(folder.rows(&["license", "list", "--json"]).is_empty());
    let some = import(&folder, bad, &["--yes", "--skip-bad"]);
    assert_eq!((some.code, some.errors.as_str()), (1, "1 imported, 0 there already, 8 bad\n"));
}

#[test]
fn a_trial_run_changes_nothing_and_columns_are_checked_first() {
    let folder = Folder::initialized();
    let trial = import(&folder, FILE, &["--dry-run"]);
    assert_eq!((trial.code, trial.errors.as_str()), (0, "3 to import, 0 there already, 0 bad\n"));
    assert_eq!(import(&folder, FILE, &[]).code, 2);
    assert!(folder.rows(&["license", "list", "--json"]).is_empty());
    let columns = import(&folder, "order_id,product,email,email\n", &["--yes"]);
    assert_eq!(columns.code, 2);
    assert_eq!(
        columns.errors,
        "error: its columns are not as they should be: missing: product_id; unknown: product; there twice: email; \
         see --help\n"
    );
    assert_eq!(folder.admin(&["import", "no-such-file.csv"]).code, 2);
}

#[test]
fn buyers_are_written_to_only_on_request() {
    let folder = Folder::initialized();
    import(&folder, FILE, &["--yes", "--mail"]);
    assert_eq!(folder.rows(&["license", "show", "A-1", "--json"])[0]["letter"], "queued");
}

fn import(folder: &Folder, file: &str, arguments: &[&str]) -> Finished {
    std::fs::write(folder.path("licenses.csv"), file).unwrap();
    folder.admin(&[&["import", "licenses.csv"], arguments].concat())
}
