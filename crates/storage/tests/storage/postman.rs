//! A worker at the outbox, in a word or two.

use crate::examples::{at, claim, issue, new_letter, record};
use mintmark_storage::{ClaimedLetter, Finish, Issue, Issued, Letter, LetterResult, NewLetter, Share, Store};

pub(crate) fn is_due(store: &Store, second: i64) -> bool {
    store.is_letter_due(&Share::All, at(second)).expect("an answer")
}

/// The numbers of what a worker gets that asks for so many.
pub(crate) fn take(store: &Store, name: &str, second: i64, limit: i64) -> Vec<i64> {
    ids(&store.claim_letters(Share::All, claim(name), at(second), limit).wait().expect("an answer"))
}

pub(crate) fn ids(claimed: &[ClaimedLetter]) -> Vec<i64> {
    claimed.iter().map(|claimed| claimed.letter.id).collect()
}

/// Claims the letter if it is the one that is due.
pub(crate) fn claim_at(store: &Store, letter: &Letter, name: &str, second: i64) -> Option<ClaimedLetter> {
    let claimed = store.claim_letters(Share::All, claim(name), at(second), 1).wait().expect("an answer");
    claimed.into_iter().find(|claimed| claimed.letter.id == letter.id)
}

/// Claims a new letter ahead of its turn.
pub(crate) fn claim_only(store: &Store, letter: &Letter, name: &str) -> ClaimedLetter {
    store.claim_letter(letter.id, 0, claim(name)).wait().expect("an answer").expect("the letter is new")
}

pub(crate) fn expire(store: &Store, second: i64) -> usize {
    store.expire_claims(at(second)).wait().expect("an answer")
}

pub(crate) fn finish(store: &Store, letter: &Letter, name: &str, result: LetterResult) -> Option<Letter> {
    let finish = Finish { letter: letter.id, claim: name.to_owned(), result };
    store.finish_letters(vec![finish], at(300)).wait().expect("an answer").remove(0)
}

pub(crate) fn letter_due(store: &Store, second: i64) -> Letter {
    letter_as(store, NewLetter { not_before: at(second), ..new_letter(&format!("due {second}")) })
}

pub(crate) fn letter_as(store: &Store, letter: NewLetter) -> Letter {
    let delivery = record(store, 0);
    let order = format!("order of {}", letter.mail_uid);
    match store.issue(Issue { letter, ..issue(&delivery, &order) }).wait().expect("issued") {
        Issued::Now(_, letter) => letter,
        Issued::Before(..) | Issued::Contested => panic!("{order} was known"),
    }
}
