//! Letters: sent by whoever holds the claim, and by nobody else.

use crate::examples::{at, claim, frozen, issue, mint, new_letter, open, record, refused, resend, sent};
use jiff::SignedDuration;
use mintmark_storage::{
    Access, Claim, ClaimedLetter, DatabaseUrl, Doubt, Enclosed, Finish, Issue, Issued, Letter, LetterResult,
    LetterState, NewLetter, Share, Store, on_both_databases,
};
use std::collections::BTreeSet;
use std::sync::Barrier;

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

    fn a_claim_counts_the_attempt_and_brings_letter_and_license(database: TestDatabase) {
        let store = open(&database);
        let (license, letter) = mint(&store, "S1");
        assert!(claim_at(&store, &letter, "early", 129).is_none());
        let claimed = claim_at(&store, &letter, "worker", 130).expect("the letter is to be had");
        assert_eq!(claimed.licenses, [Enclosed { license, download: None }]);
        let in_hand = &claimed.letter;
        assert_eq!((in_hand.id, in_hand.state, in_hand.attempts), (letter.id, LetterState::Sending, 1));
        assert!(!is_due(&store, 200), "a letter in hand is not due");
        assert_eq!((in_hand.due_at, in_hand.provider.as_deref()), (None, Some("postmark")));
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

    fn many_workers_share_many_letters_and_none_is_had_twice(database: TestDatabase) {
        let store = open(&database);
        let letters: BTreeSet<i64> = (0..40).map(|second| letter_due(&store, second).id).collect();
        let start = Barrier::new(8);
        let work = |number: usize| {
            start.wait();
            let mut taken = Vec::new();
            loop {
                let more = take(&store, &format!("worker {number}"), 200, 3);
                if more.is_empty() {
                    return taken;
                }
                taken.extend(more);
            }
        };
        let taken: Vec<i64> = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..8).map(|number| scope.spawn(move || work(number))).collect();
            workers.into_iter().flat_map(|worker| worker.join().expect("no panic")).collect()
        });
        assert_eq!((taken.len(), taken.into_iter().collect()), (40, letters));
    }

    fn a_claim_that_runs_out_leaves_the_letter_in_doubt_and_fences_off_who_held_it(database: TestDatabase) {
        let store = open(&database);
        let (_, letter) = mint(&store, "S1");
        store.claim_letter(letter.id, 0, frozen("frozen")).wait().expect("an answer").expect("claimed");
        assert!(store.has_expired_claims().expect("an answer"));
        assert_eq!(expire(&store, 200), 1);
        let doubtful = store.newest_letter("license-S1").expect("an answer").expect("the letter");
        assert_eq!((doubtful.state, doubtful.due_at), (LetterState::Queued, Some(at(200))));
        assert_eq!((doubtful.doubt, doubtful.doubts), (Some(Doubt { since: at(200), asked: 0 }), 1));
        assert_eq!((doubtful.channel.as_deref(), doubtful.error), (Some("postmark"), None));

        let taken_over = claim_at(&store, &letter, "second", 200).expect("it is due");
        assert_eq!(taken_over.letter.attempts, 2);
        assert!(finish(&store, &letter, "frozen", sent(LetterState::Accepted)).is_none());
        let in_hand = store.newest_letter("license-S1").expect("an answer").expect("the letter");
        assert_eq!((in_hand.state, in_hand.message_id), (LetterState::Sending, None));
        assert!(finish(&store, &letter, "second", sent(LetterState::Accepted)).is_some());
    }

    fn a_claim_that_is_renewed_does_not_run_out(database: TestDatabase) {
        let store = open(&database);
        let (_, letter) = mint(&store, "S1");
        store.claim_letter(letter.id, 0, frozen("slow")).wait().expect("an answer").expect("claimed");
        let Claim { lease, .. } = claim("any");
        let renewed = store.renew_claims(vec!["slow".to_owned(), "another".to_owned()], lease);
        assert_eq!(renewed.wait().expect("an answer"), 1);
        assert!(!store.has_expired_claims().expect("an answer"));
        assert_eq!(expire(&store, 1_000_000), 0);
        assert!(finish(&store, &letter, "slow", sent(LetterState::Accepted)).is_some());
        let late = store.renew_claims(vec!["slow".to_owned()], lease).wait().expect("an answer");
        assert_eq!(late, 0, "a claim ends with its letter");
    }

    fn a_claim_of_somebody_else_cannot_be_renewed(database: TestDatabase) {
        let store = open(&database);
        let (_, letter) = mint(&store, "S1");
        store.claim_letter(letter.id, 0, frozen("frozen")).wait().expect("an answer").expect("claimed");
        let renewed = store.renew_claims(vec!["another".to_owned()], claim("any").lease);
        assert_eq!(renewed.wait().expect("an answer"), 0);
        assert_eq!(expire(&store, 200), 1);
    }

    fn a_letter_bound_to_a_channel_is_left_to_it(database: TestDatabase) {
        let store = open(&database);
        let (_, anybodys) = mint(&store, "S1");
        let (_, bound) = mint(&store, "S2");
        claim_only(&store, &bound, "worker");
        let channel = Some("smtp".to_owned());
        finish(&store, &bound, "worker", LetterResult { channel, ..refused(LetterState::Queued, Some(140)) });

        let smtp = "smtp".to_owned();
        let mut shares = vec![
            (Share::All, vec![anybodys.id, bound.id]),
            (Share::AllBut(smtp.clone()), vec![anybodys.id]),
            (Share::AllBut("postmark".to_owned()), vec![anybodys.id, bound.id]),
            (Share::Only(smtp.clone()), vec![bound.id]),
            (Share::Only("postmark".to_owned()), vec![]),
            (Share::OnlyAndAnybodys(smtp), vec![anybodys.id, bound.id]),
            (Share::OnlyAndAnybodys("postmark".to_owned()), vec![anybodys.id]),
        ];
        for (number, (share, expected)) in shares.drain(..).enumerate() {
            let is_due = store.is_letter_due(&share, at(200)).expect("an answer");
            assert_eq!(is_due, !expected.is_empty(), "{share:?}");
            let name = format!("worker {number}");
            let taken = store.claim_letters(share.clone(), claim(&name), at(200), 9).wait().expect("an answer");
            assert_eq!(ids(&taken), expected, "{share:?}");
            for claimed in taken {
                let LetterResult { channel, .. } = sent(LetterState::Queued);
                let channel = claimed.letter.channel.clone().or(channel);
                let result = LetterResult { channel, ..refused(LetterState::Queued, Some(150)) };
                finish(&store, &claimed.letter, &name, result);
            }
        }
    }

    fn results_of_one_claim_are_written_together_and_each_is_fenced(database: TestDatabase) {
        let store = open(&database);
        let letters = [letter_due(&store, 1), letter_due(&store, 2), letter_due(&store, 3)];
        assert_eq!(take(&store, "ours", 200, 2).len(), 2);
        assert_eq!(take(&store, "theirs", 200, 2), [letters[2].id]);
        let finish = |letter: &Letter| Finish {
            letter: letter.id,
            claim: "ours".to_owned(),
            result: sent(LetterState::Accepted),
        };
        let finished = store.finish_letters(letters.iter().map(finish).collect(), at(300));
        let finished = finished.wait().expect("an answer");
        let finished: Vec<_> = finished.iter().map(|letter| letter.as_ref().map(|letter| letter.id)).collect();
        assert_eq!(finished, [Some(letters[0].id), Some(letters[1].id), None]);
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

    fn a_new_letter_may_be_taken_ahead_of_its_turn_once(database: TestDatabase) {
        let store = open(&database);
        let (_, letter) = mint(&store, "S1");
        let take = |name: &str, attempts| {
            store.claim_letter(letter.id, attempts, claim(name)).wait().expect("an answer")
        };
        assert_eq!(take("first", 0).expect("the letter is new").letter.attempts, 1);
        assert!(take("second", 0).is_none());
        finish(&store, &letter, "first", refused(LetterState::Queued, Some(500)));
        assert!(take("third", 0).is_none(), "a letter that was tried waits for its turn");
        assert_eq!(take("fourth", 1).expect("nobody has tried it since").letter.attempts, 2);
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

    fn a_letter_in_hand_while_it_is_replaced_is_not_sent_again(database: TestDatabase) {
        let store = open(&database);
        let (_, first) = mint(&store, "S1");
        claim_at(&store, &first, "worker", 130).expect("claimed");
        resend(&store, "license-S1", new_letter("further"), 150);
        let ended = finish(&store, &first, "worker", refused(LetterState::Queued, Some(160)));
        assert!(ended.is_some(), "how it ended is still written down");
        assert!(!take(&store, "worker", 1_000_000, 9).contains(&first.id));
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

    fn what_a_dead_server_held_is_free_at_once_where_a_lock_proves_its_death(database: TestDatabase) {
        let store = open(&database);
        let (_, letter) = mint(&store, "S1");
        claim_only(&store, &letter, "dead");
        drop(store);

        let tool = Store::open(&database.url, Access::Tool).expect("the tool opens");
        assert_eq!(tool.release_letters(at(200)).wait().expect("an answer"), 0, "a tool knows nothing of servers");
        let server = Store::open(&database.url, Access::Server).expect("the server opens");
        let is_proved = matches!(database.url, DatabaseUrl::Sqlite(_));
        assert_eq!(server.release_letters(at(200)).wait().expect("an answer"), usize::from(is_proved));
        let released = server.newest_letter("license-S1").expect("an answer").expect("the letter");
        assert_eq!(released.doubt.is_some(), is_proved, "it may have been sent");
        assert_eq!(take(&server, "next", 200, 9), if is_proved { vec![letter.id] } else { vec![] });
        let late = finish(&server, &letter, "dead", sent(LetterState::Accepted));
        assert_eq!(late.is_none(), is_proved);
    }
}

fn is_due(store: &Store, second: i64) -> bool {
    store.is_letter_due(&Share::All, at(second)).expect("an answer")
}

/// The numbers of what a worker gets that asks for so many.
fn take(store: &Store, name: &str, second: i64, limit: i64) -> Vec<i64> {
    ids(&store.claim_letters(Share::All, claim(name), at(second), limit).wait().expect("an answer"))
}

fn ids(claimed: &[ClaimedLetter]) -> Vec<i64> {
    claimed.iter().map(|claimed| claimed.letter.id).collect()
}

/// Claims the letter if it is the one that is due.
fn claim_at(store: &Store, letter: &Letter, name: &str, second: i64) -> Option<ClaimedLetter> {
    let claimed = store.claim_letters(Share::All, claim(name), at(second), 1).wait().expect("an answer");
    claimed.into_iter().find(|claimed| claimed.letter.id == letter.id)
}

/// Claims a new letter ahead of its turn.
fn claim_only(store: &Store, letter: &Letter, name: &str) -> ClaimedLetter {
    store.claim_letter(letter.id, 0, claim(name)).wait().expect("an answer").expect("the letter is new")
}

fn expire(store: &Store, second: i64) -> usize {
    store.expire_claims(at(second)).wait().expect("an answer")
}

fn finish(store: &Store, letter: &Letter, name: &str, result: LetterResult) -> Option<Letter> {
    let finish = Finish { letter: letter.id, claim: name.to_owned(), result };
    store.finish_letters(vec![finish], at(300)).wait().expect("an answer").remove(0)
}

fn letter_due(store: &Store, second: i64) -> Letter {
    letter_as(store, NewLetter { not_before: at(second), ..new_letter(&format!("due {second}")) })
}

fn letter_as(store: &Store, letter: NewLetter) -> Letter {
    let delivery = record(store, 0);
    let order = format!("order of {}", letter.mail_uid);
    match store.issue(Issue { letter, ..issue(&delivery, &order) }).wait().expect("issued") {
        Issued::Now(_, letter) => letter,
        Issued::Before(..) | Issued::Contested => panic!("{order} was known"),
    }
}
