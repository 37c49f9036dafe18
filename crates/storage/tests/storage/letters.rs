//! Letters: when they are due, how they end, and what takes their place.

use crate::examples::{at, claim, frozen, mint, new_letter, open, refused, resend, sent};
use crate::postman::{claim_at, claim_only, expire, finish, is_due, letter_as, letter_due, take};
use jiff::SignedDuration;
use mintmark_storage::{Doubt, Letter, LetterResult, LetterState, NewLetter, on_both_databases};

on_both_databases! {
    fn a_letter_is_due_from_its_time_on_longest_due_first(database: TestDatabase) {
        let store = open(&database);
        let letters: Vec<Letter> = [150, 130, 140].map(|second| letter_due(&store, second)).into();
        assert!(!is_due(&store, 129) && is_due(&store, 130));
        assert!(take(&store, "early", 129, 9).is_empty());
        assert_eq!(take(&store, "first", 200, 2), [letters[1].id, letters[2].id]);
        assert_eq!(take(&store, "second", 200, 2), [letters[0].id]);
        assert!(!is_due(&store, 200));
    }

    fn the_letter_that_waits_longest_is_known_until_all_are_settled(database: TestDatabase) {
        let store = open(&database);
        let oldest = || store.oldest_waiting_letter().expect("an answer");
        assert_eq!(oldest(), None);
        let (_, letter) = mint(&store, "S1");
        assert_eq!(oldest(), Some(letter.queued_at));
        claim_only(&store, &letter, "worker");
        assert_eq!(oldest(), Some(letter.queued_at), "a letter in hand waits as well");
        finish(&store, &letter, "worker", sent(LetterState::Accepted));
        assert_eq!(oldest(), None);
    }

    fn a_letter_that_was_accepted_is_never_to_be_had_again(database: TestDatabase) {
        let store = open(&database);
        let (_, letter) = mint(&store, "S1");
        claim_at(&store, &letter, "worker", 130).expect("claimed");
        let accepted = finish(&store, &letter, "worker", sent(LetterState::Accepted)).expect("the claim holds");
        assert_eq!((accepted.state, accepted.sent_at, accepted.error), (LetterState::Accepted, Some(at(300)), None));
        assert_eq!((accepted.provider.as_deref(), accepted.message_id.as_deref()), (Some("postmark"), Some("m-1")));
        assert!(!is_due(&store, 1_000_000));
        assert!(claim_at(&store, &letter, "second", 1_000_000).is_none());
        assert!(store.claim_letter(letter.id, 1, claim("third")).wait().expect("an answer").is_none());
        assert!(store.requeue_letter(letter.id, at(400)).wait().expect("an answer").is_none());
        assert!(finish(&store, &letter, "worker", sent(LetterState::Failed)).is_none(), "a claim is good for one result");
    }

    fn a_letter_that_was_refused_waits_for_its_next_time(database: TestDatabase) {
        let store = open(&database);
        let (_, letter) = mint(&store, "S1");
        claim_at(&store, &letter, "worker", 130).expect("claimed");
        let result = refused(LetterState::Queued, Some(500));
        let waiting = finish(&store, &letter, "worker", result).expect("the claim holds");
        assert_eq!((waiting.state, waiting.due_at, waiting.sent_at), (LetterState::Queued, Some(at(500)), None));
        assert_eq!((waiting.error.as_deref(), waiting.failure_class.as_deref()), (Some("421 try again"), Some("transient")));
        assert!(!is_due(&store, 499));
        assert_eq!(claim_at(&store, &letter, "worker 2", 500).expect("due again").letter.attempts, 2);
    }

    fn a_letter_that_failed_begins_its_schedule_anew_when_it_is_queued_again(database: TestDatabase) {
        let store = open(&database);
        let (_, letter) = mint(&store, "S1");
        claim_at(&store, &letter, "worker", 130).expect("claimed");
        assert!(store.requeue_letter(letter.id, at(135)).wait().expect("an answer").is_none(), "it is on its way");
        finish(&store, &letter, "worker", LetterResult { doubts: 2, ..refused(LetterState::Failed, None) });
        assert!(!is_due(&store, 1_000_000));
        let queued = store.requeue_letter(letter.id, at(900)).wait().expect("an answer").expect("it waits");
        assert_eq!((queued.state, queued.attempts), (LetterState::Queued, 0));
        assert_eq!((queued.queued_at, queued.due_at, queued.doubts), (at(900), Some(at(900)), 0));
        assert_eq!(queued.error.as_deref(), Some("421 try again"), "until it is accepted");
        assert_eq!(take(&store, "worker", 900, 9), [letter.id]);
    }

    fn letters_come_nearer_by_as_much_as_the_clock_was_set_back(database: TestDatabase) {
        let store = open(&database);
        let (soon, later) = (letter_due(&store, 150), letter_due(&store, 3_800));
        let hastened = store.hasten_letters(SignedDuration::from_hours(1), at(170)).wait().expect("an answer");
        assert_eq!(hastened, 1);
        assert_eq!(take(&store, "worker", 199, 9), [soon.id]);
        assert_eq!(take(&store, "worker 2", 200, 9), [later.id]);
    }

    fn a_letter_that_cannot_be_mailed_is_held_and_never_due(database: TestDatabase) {
        let store = open(&database);
        let unmailable = Some("the address has no domain".to_owned());
        let letter = letter_as(&store, NewLetter { unmailable: unmailable.clone(), ..new_letter("held") });
        assert_eq!((letter.state, &letter.error), (LetterState::Held, &unmailable));
        assert!(!is_due(&store, 1_000_000));
        assert!(claim_at(&store, &letter, "worker", 1_000_000).is_none());
        assert!(store.claim_letter(letter.id, 0, claim("worker")).wait().expect("an answer").is_none());
        assert!(store.requeue_letter(letter.id, at(400)).wait().expect("an answer").is_none());
    }

    fn a_further_letter_takes_the_place_of_the_earlier_ones(database: TestDatabase) {
        let store = open(&database);
        let (_, first) = mint(&store, "S1");
        let further = NewLetter { recipient: "grace@example.com".to_owned(), ..new_letter("further") };
        let second = resend(&store, "license-S1", further, 150);
        assert_eq!(second.resend_number, 1);
        assert!(store.claim_letter(first.id, 0, claim("worker")).wait().expect("an answer").is_none());
        assert!(store.requeue_letter(first.id, at(200)).wait().expect("an answer").is_none());
        assert_eq!(store.newest_letter("license-S1").expect("an answer"), Some(second.clone()));
        let taken = take(&store, "worker", 200, 9);
        assert_eq!(taken, [second.id], "the first would go to an address that was corrected");
        let third = resend(&store, "license-S1", new_letter("third"), 160);
        let ids: Vec<i64> = store.letters("license-S1").expect("a list").iter().map(|letter| letter.id).collect();
        assert_eq!((third.resend_number, ids), (2, vec![first.id, second.id, third.id]));
    }

    fn letters_in_the_folder_are_told_until_a_later_one_was_mailed(database: TestDatabase) {
        let store = open(&database);
        let (_, letter) = mint(&store, "S1");
        mint(&store, "S2");
        claim_at(&store, &letter, "worker", 130).expect("claimed");
        let logged = finish(&store, &letter, "worker", sent(LetterState::Logged)).expect("the claim holds");
        assert_eq!(logged.sent_at, Some(at(300)));
        assert_eq!(store.licenses_never_mailed().expect("a list"), ["license-S1"]);
        assert_eq!(store.never_mailed().expect("a count"), 1);
        resend(&store, "license-S1", new_letter("mailed"), 400);
        assert!(store.licenses_never_mailed().expect("a list").is_empty());
        assert_eq!(store.never_mailed().expect("a count"), 0);
    }

    fn a_letter_in_doubt_is_still_in_doubt_when_a_person_queues_it_again(database: TestDatabase) {
        let store = open(&database);
        let (_, letter) = mint(&store, "S1");
        store.claim_letter(letter.id, 0, frozen("dead")).wait().expect("an answer").expect("claimed");
        expire(&store, 200);
        let queued = store.requeue_letter(letter.id, at(300)).wait().expect("an answer").expect("it waits");
        assert_eq!((queued.doubt, queued.channel.as_deref()), (Some(Doubt { since: at(200), asked: 0 }), Some("postmark")));

        let (_, refused_here) = mint(&store, "S2");
        claim_only(&store, &refused_here, "worker");
        let channel = Some("smtp".to_owned());
        finish(&store, &refused_here, "worker", LetterResult { channel, ..refused(LetterState::Failed, None) });
        let queued = store.requeue_letter(refused_here.id, at(300)).wait().expect("an answer").expect("it waits");
        assert_eq!((queued.doubt, queued.channel), (None, None));
    }
}
