//! Letters: sent by whoever holds the claim, and by nobody else.

use crate::examples::{at, claim, issue, mint, new_letter, open, record, refused, sent};
use mintmark_storage::{
    Access, ClaimedLetter, DatabaseUrl, Issue, Issued, Letter, LetterState, NewLetter, Store,
    on_both_databases,
};
use std::sync::Barrier;

on_both_databases! {
    fn a_letter_is_due_from_its_time_on_longest_due_first(database: TestDatabase) {
        let store = open(&database);
        let letters: Vec<Letter> = [150, 130, 140].map(|second| letter_due(&store, second)).into();
        assert!(due(&store, 129).is_empty());
        assert_eq!(due(&store, 130), [letters[1].id]);
        assert_eq!(due(&store, 200), [letters[1].id, letters[2].id, letters[0].id]);
        assert_eq!(store.due_letters(at(200), 2).expect("a list"), [letters[1].id, letters[2].id]);
    }

    fn a_claim_counts_the_attempt_and_brings_letter_and_license(database: TestDatabase) {
        let store = open(&database);
        let (license, letter) = mint(&store, "S1");
        assert!(claim_at(&store, &letter, "early", 129).is_none());
        let claimed = claim_at(&store, &letter, "worker", 130).expect("the letter is to be had");
        assert_eq!(claimed.license, license);
        let in_hand = &claimed.letter;
        assert_eq!((in_hand.id, in_hand.state, in_hand.attempts), (letter.id, LetterState::Sending, 1));
        assert!(due(&store, 200).is_empty(), "a letter in hand is not due");
    }

    fn of_many_workers_one_gets_the_letter(database: TestDatabase) {
        let store = open(&database);
        let (_, letter) = mint(&store, "S1");
        let start = Barrier::new(16);
        let work = |number: usize| {
            start.wait();
            claim_at(&store, &letter, &format!("worker {number}"), 130)
        };
        let claimed: Vec<_> = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..16).map(|number| scope.spawn(move || work(number))).collect();
            workers.into_iter().filter_map(|worker| worker.join().expect("no panic")).collect()
        });
        assert_eq!(claimed.iter().map(|claimed| claimed.letter.attempts).collect::<Vec<_>>(), [1]);
    }

    fn a_lease_that_runs_out_frees_the_letter_and_fences_off_who_held_it(database: TestDatabase) {
        let store = open(&database);
        let (_, letter) = mint(&store, "S1");
        store.claim_letter(letter.id, claim("frozen", 200), at(130)).wait().expect("an answer").expect("claimed");
        assert!(claim_at(&store, &letter, "too early", 199).is_none());
        assert_eq!(due(&store, 200), [letter.id]);
        let taken_over = claim_at(&store, &letter, "second", 200).expect("the lease has run out");
        assert_eq!(taken_over.letter.attempts, 2);

        let late = store.finish_letter(letter.id, "frozen".to_owned(), sent(LetterState::Accepted), at(201));
        assert_eq!(late.wait().expect("an answer"), None);
        let in_hand = store.newest_letter("license-S1").expect("an answer").expect("the letter");
        assert_eq!((in_hand.state, in_hand.message_id), (LetterState::Sending, None));
        assert!(finish(&store, &letter, "second", LetterState::Accepted).is_some());
    }

    fn a_letter_that_was_accepted_is_never_to_be_had_again(database: TestDatabase) {
        let store = open(&database);
        let (_, letter) = mint(&store, "S1");
        claim_at(&store, &letter, "worker", 130).expect("claimed");
        let accepted = finish(&store, &letter, "worker", LetterState::Accepted).expect("the claim holds");
        assert_eq!((accepted.state, accepted.sent_at, accepted.error), (LetterState::Accepted, Some(at(300)), None));
        assert_eq!((accepted.provider.as_deref(), accepted.message_id.as_deref()), (Some("postmark"), Some("m-1")));
        assert!(due(&store, 1_000_000).is_empty());
        assert!(claim_at(&store, &letter, "second", 1_000_000).is_none());
        assert!(store.claim_new_letter(letter.id, claim("third", 400)).wait().expect("an answer").is_none());
        assert!(store.requeue_letter(letter.id, at(400)).wait().expect("an answer").is_none());
        assert!(finish(&store, &letter, "worker", LetterState::Failed).is_none(), "a claim is good for one result");
    }

    fn a_letter_that_was_refused_waits_for_its_next_time(database: TestDatabase) {
        let store = open(&database);
        let (_, letter) = mint(&store, "S1");
        claim_at(&store, &letter, "worker", 130).expect("claimed");
        let result = refused(LetterState::Queued, 500);
        let waiting = store.finish_letter(letter.id, "worker".to_owned(), result, at(140)).wait().expect("an answer");
        let waiting = waiting.expect("the claim holds");
        assert_eq!((waiting.state, waiting.next_at, waiting.sent_at), (LetterState::Queued, at(500), None));
        assert_eq!((waiting.error.as_deref(), waiting.failure_class.as_deref()), (Some("421 try again"), Some("transient")));
        assert!(due(&store, 499).is_empty());
        assert_eq!(claim_at(&store, &letter, "worker 2", 500).expect("due again").letter.attempts, 2);
    }

    fn a_new_letter_may_be_taken_ahead_of_its_turn_once(database: TestDatabase) {
        let store = open(&database);
        let (_, letter) = mint(&store, "S1");
        let take = |name: &str| store.claim_new_letter(letter.id, claim(name, 200)).wait().expect("an answer");
        assert_eq!(take("first").expect("the letter is new").letter.attempts, 1);
        assert!(take("second").is_none());
        let result = refused(LetterState::Queued, 500);
        store.finish_letter(letter.id, "first".to_owned(), result, at(140)).wait().expect("an answer");
        assert!(take("third").is_none(), "a letter that was tried waits for its turn");
    }

    fn a_letter_that_failed_begins_its_schedule_anew_when_it_is_queued_again(database: TestDatabase) {
        let store = open(&database);
        let (_, letter) = mint(&store, "S1");
        claim_at(&store, &letter, "worker", 130).expect("claimed");
        assert!(store.requeue_letter(letter.id, at(135)).wait().expect("an answer").is_none(), "it is on its way");
        let failed = refused(LetterState::Failed, 140);
        store.finish_letter(letter.id, "worker".to_owned(), failed, at(140)).wait().expect("an answer");
        assert!(due(&store, 1_000_000).is_empty());
        let queued = store.requeue_letter(letter.id, at(900)).wait().expect("an answer").expect("it waits");
        assert_eq!((queued.state, queued.attempts), (LetterState::Queued, 0));
        assert_eq!((queued.queued_at, queued.next_at), (at(900), at(900)));
        assert_eq!(queued.error.as_deref(), Some("421 try again"), "until it is accepted");
        assert_eq!(due(&store, 900), [letter.id]);
    }

    fn a_letter_that_cannot_be_mailed_is_held_and_never_due(database: TestDatabase) {
        let store = open(&database);
        let unmailable = Some("the address has no domain".to_owned());
        let letter = letter_as(&store, NewLetter { unmailable: unmailable.clone(), ..new_letter("held") });
        assert_eq!((letter.state, &letter.error), (LetterState::Held, &unmailable));
        assert!(due(&store, 1_000_000).is_empty());
        assert!(claim_at(&store, &letter, "worker", 1_000_000).is_none());
        assert!(store.claim_new_letter(letter.id, claim("worker", 200)).wait().expect("an answer").is_none());
        assert!(store.requeue_letter(letter.id, at(400)).wait().expect("an answer").is_none());
    }

    fn a_further_letter_takes_the_place_of_the_earlier_ones(database: TestDatabase) {
        let store = open(&database);
        let (_, first) = mint(&store, "S1");
        let further = NewLetter { recipient: "grace@example.com".to_owned(), ..new_letter("further") };
        let second = store.resend("license-S1".to_owned(), further, None, at(150)).wait().expect("resent");
        assert_eq!(second.resend_number, 1);
        assert_eq!(due(&store, 200), [second.id], "the first would go to an address that was corrected");
        assert!(claim_at(&store, &first, "worker", 200).is_none());
        assert!(store.claim_new_letter(first.id, claim("worker", 200)).wait().expect("an answer").is_none());
        assert!(store.requeue_letter(first.id, at(200)).wait().expect("an answer").is_none());
        assert_eq!(store.newest_letter("license-S1").expect("an answer"), Some(second.clone()));
        let third = store.resend("license-S1".to_owned(), new_letter("third"), None, at(160)).wait().expect("resent");
        let ids: Vec<i64> = store.letters("license-S1").expect("a list").iter().map(|letter| letter.id).collect();
        assert_eq!((third.resend_number, ids), (2, vec![first.id, second.id, third.id]));
    }

    fn a_letter_in_hand_while_it_is_replaced_is_not_sent_again(database: TestDatabase) {
        let store = open(&database);
        let (_, first) = mint(&store, "S1");
        claim_at(&store, &first, "worker", 130).expect("claimed");
        store.resend("license-S1".to_owned(), new_letter("further"), None, at(150)).wait().expect("resent");
        let result = refused(LetterState::Queued, 160);
        let ended = store.finish_letter(first.id, "worker".to_owned(), result, at(151)).wait().expect("an answer");
        assert!(ended.is_some(), "how it ended is still written down");
        assert!(!due(&store, 1_000_000).contains(&first.id));
    }

    fn letters_in_the_folder_are_told_until_a_later_one_was_mailed(database: TestDatabase) {
        let store = open(&database);
        let (_, letter) = mint(&store, "S1");
        mint(&store, "S2");
        claim_at(&store, &letter, "worker", 130).expect("claimed");
        let logged = finish(&store, &letter, "worker", LetterState::Logged).expect("the claim holds");
        assert_eq!(logged.sent_at, Some(at(300)));
        assert_eq!(store.licenses_never_mailed().expect("a list"), ["license-S1"]);
        store.resend("license-S1".to_owned(), new_letter("mailed"), None, at(400)).wait().expect("resent");
        assert!(store.licenses_never_mailed().expect("a list").is_empty());
    }

    fn what_a_dead_server_held_is_free_at_once_where_a_lock_proves_its_death(database: TestDatabase) {
        let store = open(&database);
        let (_, letter) = mint(&store, "S1");
        store.claim_letter(letter.id, claim("dead", 9_000), at(130)).wait().expect("an answer").expect("claimed");
        drop(store);

        let tool = Store::open(&database.url, Access::Tool).expect("the tool opens");
        assert_eq!(tool.release_letters().wait().expect("an answer"), 0, "a tool knows nothing of servers");
        let server = Store::open(&database.url, Access::Server).expect("the server opens");
        let is_proved = matches!(database.url, DatabaseUrl::Sqlite(_));
        assert_eq!(server.release_letters().wait().expect("an answer"), usize::from(is_proved));
        assert_eq!(due(&server, 200), if is_proved { vec![letter.id] } else { vec![] });
        let late = finish(&server, &letter, "dead", LetterState::Accepted);
        assert_eq!(late.is_none(), is_proved);
    }
}

fn due(store: &Store, second: i64) -> Vec<i64> {
    store.due_letters(at(second), 100).expect("a list")
}

fn claim_at(store: &Store, letter: &Letter, name: &str, second: i64) -> Option<ClaimedLetter> {
    store.claim_letter(letter.id, claim(name, second + 120), at(second)).wait().expect("an answer")
}

fn finish(store: &Store, letter: &Letter, name: &str, state: LetterState) -> Option<Letter> {
    store.finish_letter(letter.id, name.to_owned(), sent(state), at(300)).wait().expect("an answer")
}

fn letter_due(store: &Store, second: i64) -> Letter {
    letter_as(store, NewLetter { not_before: at(second), ..new_letter(&format!("due {second}")) })
}

fn letter_as(store: &Store, letter: NewLetter) -> Letter {
    let delivery = record(store, 0);
    let order = format!("order of {}", letter.mail_uid);
    match store.issue(Issue { letter, ..issue(&delivery, &order) }).wait().expect("issued") {
        Issued::Now(_, letter) => letter,
        Issued::Before(..) => panic!("{order} had a license"),
    }
}
