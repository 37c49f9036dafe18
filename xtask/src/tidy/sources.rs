//! Rules that every Rust file of the project keeps.

use super::test_code::TestCode;
use crate::workspace::{self, TextFile};

/// The longest file that one reading can hold.
const LONGEST_FILE: usize = 400;

// The words that follow are split, so that this file does not accuse itself.

/// What is not finished belongs in no commit.
const UNFINISHED: &[&str] = &[concat!("TO", "DO"), concat!("FIX", "ME"), concat!("to", "do!")];

const UNWRAP: &str = concat!(".unwrap", "()");

const DIESEL: &[&str] = &[concat!("diesel", "::"), concat!("diesel_", "migrations::")];

/// The one folder that may speak to a database.
const STORAGE: &str = "crates/storage/";

/// Those who look at what it wrote, without its help.
const WITNESSES: &[&str] = &["xtask/faults/"];

/// Every broken rule, with its file.
pub(super) fn violations() -> anyhow::Result<Vec<String>> {
    let files = workspace::rust_files()?;
    let tests = TestCode::find(&files);
    Ok(files.iter().flat_map(|file| check(file, &tests)).collect())
}

fn check(file: &TextFile, tests: &TestCode) -> Vec<String> {
    let rules =
        [untold(file), too_long(file), unwrapping(file, tests), unfinished(file), naming_diesel(file)];
    let broken = rules.into_iter().flatten();
    broken.map(|complaint| format!("{}: {complaint}", file.path)).collect()
}

fn untold(file: &TextFile) -> Option<String> {
    let told = file.text.starts_with("//!");
    (!told).then(|| "the first line must be `//!` and say what lives here".to_owned())
}

fn too_long(file: &TextFile) -> Option<String> {
    let lines = file.text.lines().count();
    (lines > LONGEST_FILE).then(|| format!("{lines} lines, split it: {LONGEST_FILE} are the limit"))
}

fn unwrapping(file: &TextFile, tests: &TestCode) -> Option<String> {
    let line = first_with(&[UNWRAP], tests.shipped_lines(file))?;
    Some(format!("line {line}: say why it cannot fail, with `expect`"))
}

fn unfinished(file: &TextFile) -> Option<String> {
    let line = first_with(UNFINISHED, (1..).zip(file.text.lines()))?;
    Some(format!("line {line}: unfinished"))
}

/// Architecture Invariant: no crate but storage knows which library speaks to the database.
fn naming_diesel(file: &TextFile) -> Option<String> {
    if file.path.starts_with(STORAGE) || WITNESSES.iter().any(|folder| file.path.starts_with(folder)) {
        return None;
    }
    let line = first_with(DIESEL, (1..).zip(file.text.lines()))?;
    Some(format!("line {line}: only {STORAGE} names diesel"))
}

fn first_with<'a>(words: &[&str], lines: impl IntoIterator<Item = (usize, &'a str)>) -> Option<usize> {
    let mut found = lines.into_iter().filter(|(_, line)| words.iter().any(|word| line.contains(word)));
    found.next().map(|(number, _)| number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_keeps_the_rules() {
        assert_eq!(violations().unwrap(), Vec::<String>::new());
    }

    #[test]
    fn a_file_that_does_not_say_what_it_holds_is_found() {
        let broken = check_one(&file("crates/mail/src/lib.rs", "use std::fs;\n"));
        assert_eq!(broken, ["crates/mail/src/lib.rs: the first line must be `//!` and say what lives here"]);
    }

    #[test]
    fn a_file_over_the_limit_is_found_and_one_at_the_limit_is_not() {
        let limit = format!("//! Long.\n{}", "\n".repeat(LONGEST_FILE - 1));
        assert_eq!(check_one(&file("xtask/src/a.rs", &limit)), Vec::<String>::new());
        let over = check_one(&file("xtask/src/a.rs", &format!("{limit}\n")));
        assert_eq!(over, ["xtask/src/a.rs: 401 lines, split it: 400 are the limit"]);
    }

    #[test]
    fn unwrapping_is_found_in_shipped_code_only() {
        let careless = concat!("//! A.\n// .unwrap", "()\nlet a = b.unwrap", "();\n");
        let broken = check_one(&file("xtask/src/a.rs", careless));
        assert_eq!(broken, ["xtask/src/a.rs: line 3: say why it cannot fail, with `expect`"]);
        assert_eq!(check_one(&file("crates/mail/tests/a.rs", careless)), Vec::<String>::new());
        let tested = concat!("//! A.\n#[cfg(test)]\nmod tests { b.unwrap", "() }\n");
        assert_eq!(check_one(&file("xtask/src/a.rs", tested)), Vec::<String>::new());
    }

    #[test]
    fn unfinished_work_is_found_in_tests_and_comments_too() {
        let broken = check_one(&file("crates/mail/tests/a.rs", concat!("//! A.\n// TO", "DO: more\n")));
        assert_eq!(broken, ["crates/mail/tests/a.rs: line 2: unfinished"]);
    }

    #[test]
    fn diesel_is_found_outside_storage_only() {
        let text = concat!("//! A.\nuse diesel", "::prelude::*;\n");
        assert_eq!(
            check_one(&file("crates/mail/src/a.rs", text)),
            ["crates/mail/src/a.rs: line 2: only crates/storage/ names diesel"]
        );
        assert_eq!(check_one(&file("crates/storage/src/a.rs", text)), Vec::<String>::new());
    }

    fn check_one(file: &TextFile) -> Vec<String> {
        check(file, &TestCode::find(&[]))
    }

    fn file(path: &str, text: &str) -> TextFile {
        TextFile { path: path.to_owned(), text: text.to_owned() }
    }
}
