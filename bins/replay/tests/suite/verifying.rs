//! `verify`: whether the log is as it was recorded, told to people and to programs.

use crate::installation::{Installation, fields};

#[test]
fn a_whole_log_is_said_to_be_whole_and_where_it_ends() {
    let installation = sold(3);
    let finished = installation.replay(&["verify"]);
    assert_eq!((finished.code, finished.errors.as_str()), (0, ""));
    let lines: Vec<&str> = finished.output.lines().collect();
    assert_eq!(lines[0], "The audit log is whole: 3 rows in 1 chain.");
    let (words, link) = lines[1].rsplit_once(' ').unwrap();
    assert_eq!((words, link.len(), lines.len()), ("  head of chain 1: 3", 64, 2));
}

#[test]
fn the_first_row_that_was_altered_is_named() {
    let installation = sold(20);
    installation.tamper("UPDATE deliveries SET body = 'price=1' WHERE id IN (17, 19)");
    let finished = installation.replay(&["verify"]);
    assert_eq!(finished.code, 1, "{}", finished.errors);
    insta::assert_snapshot!("altered", finished.output);
}

#[test]
fn rows_that_were_removed_are_told_by_their_neighbors() {
    let installation = sold(20);
    installation.tamper("DELETE FROM deliveries WHERE id = 17");
    let finished = installation.replay(&["verify"]);
    assert_eq!(finished.code, 1);
    insta::assert_snapshot!("missing", finished.output);
    installation.tamper("DELETE FROM deliveries WHERE id >= 17");
    insta::assert_snapshot!("cut_off", installation.replay(&["verify"]).output);
}

#[test]
fn programs_are_told_every_field_of_every_chain() {
    let installation = sold(2);
    let whole = installation.rows(&["verify", "--json"]);
    assert_eq!(fields(&whole[0]), ["chain", "length", "link", "whole", "flaw", "row", "message"]);
    assert_eq!((whole.len(), &whole[0]["whole"], &whole[0]["length"]), (1, &true.into(), &2.into()));
    installation.tamper("UPDATE deliveries SET headers = '[ ]' WHERE id = 2");
    let broken = installation.rows(&["verify", "--json"]);
    let told = (&broken[0]["whole"], &broken[0]["flaw"], &broken[0]["row"]);
    assert_eq!(told, (&false.into(), &"altered".into(), &2.into()));
}

#[test]
fn heads_that_were_kept_elsewhere_find_a_log_that_was_brought_back() {
    let mut installation = sold(2);
    assert_eq!(installation.replay(&["verify", "--heads", "heads.jsonl"]).code, 0);
    installation.sell("S9", "known");
    assert_eq!(installation.replay(&["verify", "--expect", "heads.jsonl"]).code, 0, "it only grew");
    let heads = std::fs::read_to_string(installation.path("heads.jsonl")).unwrap();
    std::fs::write(installation.path("later.jsonl"), heads.replace("\"length\":2", "\"length\":5")).unwrap();
    let finished = installation.replay(&["verify", "--expect", "later.jsonl"]);
    assert_eq!(finished.code, 1);
    insta::assert_snapshot!("rewound", finished.output);
    std::fs::write(installation.path("other.jsonl"), heads.replace("\"link\":\"", "\"link\":\"0")).unwrap();
    let finished = installation.replay(&["verify", "--expect", "other.jsonl"]);
    assert_eq!((finished.code, finished.output.as_str()), (2, ""), "no heads");
    assert!(finished.errors.starts_with("error: other.jsonl cannot be read"), "{}", finished.errors);
}

#[test]
fn another_audit_key_proves_nothing_and_is_named() {
    let installation = sold(1);
    let path = installation.path("data/audit-key");
    let other = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n";
    std::fs::write(&path, other).unwrap();
    let finished = installation.replay(&["verify"]);
    assert_eq!((finished.code, finished.output.as_str()), (2, ""));
    let words = format!("error: {} is audit key ", path.display());
    assert!(finished.errors.starts_with(&words), "{}", finished.errors);
    std::fs::remove_file(&path).unwrap();
    assert_eq!(installation.replay(&["verify"]).code, 2);
}

#[test]
fn a_database_whose_key_was_removed_is_not_taken_for_a_new_one() {
    let installation = sold(1);
    installation.tamper("DELETE FROM identity WHERE name = 'audit_key'");
    let finished = installation.replay(&["verify"]);
    assert_eq!(finished.code, 1);
    assert!(finished.errors.starts_with("error: the database knows no audit key"), "{}", finished.errors);
}

fn sold(count: u32) -> Installation {
    let mut installation = Installation::new();
    for sale in 1..=count {
        installation.sell(&format!("S{sale}"), "known");
    }
    installation
}
