//! Claims: who may send a letter, and for how long.

use crate::examples::{at, claim, frozen, mint, new_letter, open, refused, resend, sent};
use crate::postman::{claim_at, claim_only, expire, finish, ids, is_due, letter_due, take};
use mintmark_storage::{
    Access, Claim, DatabaseUrl, Doubt, Enclosed, Finish, Letter, LetterResult, LetterState, Share, Store,
    on_both_databases,
};
use std::collections::BTreeSet;
use std::sync::Barrier;

on_both_databases! {
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

    fn a_letter_in_hand_while_it_is_replaced_is_not_sent_again(database: TestDatabase) {
        let store = open(&database);
        let (_, first) = mint(&store, "S1");
        claim_at(&store, &first, "worker", 130).expect("claimed");
        resend(&store, "license-S1", new_letter("further"), 150);
        let ended = finish(&store, &first, "worker", refused(LetterState::Queued, Some(160)));
        assert!(ended.is_some(), "how it ended is still written down");
        assert!(!take(&store, "worker", 1_000_000, 9).contains(&first.id));
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
