//! A blob with one character changed is refused, wherever and however it is changed.

use mintmark_licensing::Verifier;

use crate::support::{GOLDEN_BLOB, keyring, line};

/// Every printable character, the commonest white space, and what word processors put in.
fn characters() -> impl Iterator<Item = char> {
    (' '..='~').chain(['\t', '\n', '\r', '\0', '\u{a0}', '\u{200b}', '–', 'é'])
}

fn replaced(range: std::ops::Range<usize>, by: &str) -> String {
    format!("{}{by}{}", &GOLDEN_BLOB[..range.start], &GOLDEN_BLOB[range.end..])
}

/// White space at the ends is trimmed, so a blob with more of it there is still the same blob.
fn is_changed(mutant: &str) -> bool {
    mutant.trim() != GOLDEN_BLOB
}

fn assert_all_refused(mutants: impl Iterator<Item = String>) {
    let ring = keyring();
    let verifier = Verifier::new(&ring, line());
    let accepted: Vec<String> =
        mutants.filter(|mutant| is_changed(mutant) && verifier.verify(mutant).is_ok()).collect();
    assert_eq!(accepted, Vec::<String>::new());
}

#[test]
fn every_substitution_is_refused() {
    let positions = 0..GOLDEN_BLOB.len();
    assert_all_refused(
        positions.flat_map(|at| characters().map(move |by| replaced(at..at + 1, &by.to_string()))),
    );
}

#[test]
fn every_insertion_is_refused() {
    let positions = 0..=GOLDEN_BLOB.len();
    assert_all_refused(
        positions.flat_map(|at| characters().map(move |by| replaced(at..at, &by.to_string()))),
    );
}

#[test]
fn every_deletion_is_refused() {
    assert_all_refused((0..GOLDEN_BLOB.len()).map(|at| replaced(at..at + 1, "")));
}

#[test]
fn every_truncation_is_refused() {
    assert_all_refused((0..GOLDEN_BLOB.len()).map(|end| GOLDEN_BLOB[..end].to_owned()));
    assert_all_refused((1..GOLDEN_BLOB.len()).map(|start| GOLDEN_BLOB[start..].to_owned()));
}
