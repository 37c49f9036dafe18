//! `erase`: a preview, a question, and a person who is nowhere.

use crate::folder::Folder;

const ERASE: [&str; 5] = ["erase", "--email", "Ada@example.com", "--by", "grace"];

#[test]
fn a_dry_run_says_what_would_be_erased_and_changes_nothing() {
    let folder = with_a_customer();
    let erase = [&ERASE[..], &["--dry-run"]].concat();
    let finished = folder.admin(&erase);
    assert_eq!((finished.code, finished.errors.as_str()), (0, ""));
    assert_eq!(folder.admin(&erase).output, finished.output);
    let key = folder.rows(&["license", "list", "--json"])[0]["key"].as_str().unwrap().to_owned();
    insta::assert_snapshot!("preview", finished.output.replace(&key, "[key]"));
}

#[test]
fn a_person_is_erased_once_and_the_license_goes_on() {
    let folder = with_a_customer();
    let erase = [&ERASE[..], &["--yes", "--why", "asked for it"]].concat();
    let finished = folder.admin(&erase);
    assert_eq!((finished.code, finished.errors.as_str()), (0, ""));
    assert_eq!(finished.output, "erased: 1 orders, 1 deliveries, 1 licenses, 1 letters\n");
    let license = folder.rows(&["license", "list", "--json"]).remove(0);
    assert_eq!([&license["email"], &license["name"], &license["status"]], ["", "", "active"]);
    std::fs::write(folder.path("license.dtlic"), license["blob"].as_str().unwrap()).unwrap();
    let verified = folder.admin(&["blob", "verify", "license.dtlic"]);
    assert!(verified.code == 0 && !verified.output.contains("Ada"), "{}", verified.output);
    let again = folder.admin(&erase);
    assert_eq!((again.code, again.output.as_str()), (0, "nothing is on record of this address\n"));
    let letters = std::fs::read_dir(folder.path("mintmark-data/letters"));
    assert_eq!(letters.map_or(0, Iterator::count), 0);
}

#[test]
fn nobody_is_erased_by_a_slip() {
    let folder = with_a_customer();
    assert_eq!(folder.admin(&ERASE).code, 2, "nobody at the terminal");
    let named = folder.admin(&[&ERASE[..], &["--yes", "--why", "Ada@Example.com asked"]].concat());
    assert!(named.code == 2 && named.errors.contains("--why names the person"), "{}", named.errors);
    assert_eq!(folder.admin(&["erase", "--email", "nobody", "--yes", "--by", "grace"]).code, 2, "no address");
    assert_eq!(folder.rows(&["license", "list", "--json"])[0]["email"], "ada@example.com");
}

fn with_a_customer() -> Folder {
    let folder = Folder::initialized();
    let mint = ["mint", "--product", "datatools-core", "--email", "ada@example.com", "--name", "Ada Quixote"];
    let minted = folder.admin(&mint);
    assert_eq!(minted.code, 0, "{}", minted.errors);
    folder
}
