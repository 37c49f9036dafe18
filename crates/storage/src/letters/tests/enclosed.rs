//! Letters that bring the licenses of others too.

use super::desk::{Desk, Shown, accepted, at, claim, new, refused};
use crate::letters::{Claim, Letter, Share};
use crate::{LetterKind, LetterState, on_both_databases};
use LetterKind::{License, Renewal};
use LetterState::{Accepted, Failed, Queued, Sending};
use jiff::SignedDuration;

on_both_databases! {
    fn a_letter_brings_what_is_enclosed_in_it_and_all_of_them_share_its_fate(database: TestDatabase) {
        let desk = Desk::open(&database);
        let [leader, second, third] = desk.group();
        assert_eq!((second.enclosed_in, third.enclosed_in), (Some(leader.id), Some(leader.id)));
        assert!(desk.take(99).is_empty(), "it is not due");

        let (letter, licenses) = desk.take_one(100);
        assert_eq!((letter.id, licenses), (leader.id, ["L1", "L2", "L3"].map(str::to_owned).into()));
        let inside = Some(leader.id);
        assert_eq!(desk.shown(), [Shown(License, Sending, None), Shown(License, Sending, inside), Shown(License, Sending, inside)]);

        desk.finish(&letter, accepted());
        for license in [1, 2, 3] {
            let Letter { state, attempts, provider, message_id, sent_at, error, .. } = desk.newest(license);
            assert_eq!((state, attempts, error, sent_at), (Accepted, 1, None, Some(at(300))));
            assert_eq!((provider.as_deref(), message_id.as_deref()), (Some("postmark"), Some("m-1")));
        }
        assert!(desk.take(1_000_000).is_empty());
    }

    fn nobody_takes_an_enclosed_letter_by_itself(database: TestDatabase) {
        let desk = Desk::open(&database);
        let [_, second, _] = desk.group();
        assert_eq!((second.state, second.due_at), (Queued, None));
        assert!(desk.store.claim_letter(second.id, 0, claim()).wait().expect("an answer").is_none());
        desk.store.hasten_letters(SignedDuration::from_hours(1), at(0)).wait().expect("an answer");
        assert_eq!(desk.take(100).len(), 1, "the leader alone");
    }

    fn a_letter_that_failed_has_failed_for_all_and_is_queued_again_for_all(database: TestDatabase) {
        let desk = Desk::open(&database);
        let [leader, _, third] = desk.group();
        let (letter, _) = desk.take_one(100);
        desk.finish(&letter, refused(Failed));
        for license in [1, 2, 3] {
            let letter = desk.newest(license);
            assert_eq!((letter.state, letter.error.as_deref()), (Failed, Some("421 try again")));
        }
        let again = desk.store.requeue_letter(third.id, at(500)).wait().expect("an answer").expect("it waits");
        assert_eq!((again.id, again.state, again.due_at, again.attempts), (third.id, Queued, None, 0));
        let (letter, licenses) = desk.take_one(500);
        assert_eq!((letter.id, licenses.len()), (leader.id, 3));
    }

    fn what_a_claim_loses_is_in_doubt_for_all(database: TestDatabase) {
        let desk = Desk::open(&database);
        desk.group();
        let frozen = Claim { lease: SignedDuration::ZERO, ..claim() };
        desk.store.claim_letters(Share::All, frozen, at(100), 9).wait().expect("claimed");
        assert_eq!(desk.store.expire_claims(at(200)).wait().expect("an answer"), 1, "one letter was in hand");
        for license in [1, 2, 3] {
            let letter = desk.newest(license);
            assert_eq!((letter.state, letter.doubts, letter.doubt.is_some()), (Queued, 1, true));
        }
        assert_eq!(desk.take_one(200).1.len(), 3);
    }

    fn a_letter_that_is_being_sent_or_may_have_been_takes_nothing_in(database: TestDatabase) {
        let desk = Desk::open(&database);
        let leader = desk.add(1, License, None);
        let frozen = Claim { lease: SignedDuration::ZERO, ..claim() };
        desk.store.claim_letters(Share::All, frozen, at(100), 9).wait().expect("claimed");
        let late = desk.add(2, License, Some(&leader));
        assert_eq!((late.enclosed_in, late.state, late.due_at), (None, Queued, Some(at(100))));
        desk.store.expire_claims(at(200)).wait().expect("an answer");
        let later = desk.add(3, License, Some(&leader));
        assert_eq!((later.enclosed_in, later.state), (None, Queued));
        assert_eq!(desk.take(1_000).len(), 3);
    }

    fn a_letter_that_waits_for_its_next_sending_takes_more_in(database: TestDatabase) {
        let desk = Desk::open(&database);
        let leader = desk.add(1, License, None);
        let (letter, _) = desk.take_one(100);
        desk.finish(&letter, refused(Queued));
        let late = desk.add(2, License, Some(&leader));
        assert_eq!((late.enclosed_in, late.attempts), (Some(leader.id), 1));
        assert_eq!(late.error.as_deref(), Some("421 try again"));
        assert_eq!(desk.take_one(400).1, ["L1", "L2"]);
    }

    fn one_that_is_enclosed_in_an_enclosed_letter_joins_its_leader(database: TestDatabase) {
        let desk = Desk::open(&database);
        let leader = desk.add(1, License, None);
        let second = desk.add(2, License, Some(&leader));
        assert_eq!(desk.add(3, License, Some(&second)).enclosed_in, Some(leader.id));
    }

    fn a_letter_that_cannot_be_mailed_is_enclosed_in_none(database: TestDatabase) {
        let desk = Desk::open(&database);
        let leader = desk.add(1, License, None);
        let unmailable = Some("no domain".to_owned());
        let nobody = crate::NewLetter { unmailable, ..new(License) };
        let held = desk.add_as(2, nobody, Some(&leader));
        assert_eq!((held.state, held.enclosed_in), (LetterState::Held, None));
    }

    fn what_says_something_else_or_goes_to_somebody_else_is_a_letter_of_its_own(database: TestDatabase) {
        let desk = Desk::open(&database);
        let leader = desk.add(1, License, None);
        assert_eq!(desk.add(2, Renewal, Some(&leader)).enclosed_in, None);
        let grace = crate::NewLetter { recipient: "grace@example.com".to_owned(), ..new(License) };
        assert_eq!(desk.add_as(3, grace, Some(&leader)).enclosed_in, None);
        assert_eq!(desk.take(100).len(), 3);
    }

    fn when_a_leader_is_replaced_another_letter_leads(database: TestDatabase) {
        let desk = Desk::open(&database);
        let [_, second, third] = desk.group();
        let resent = desk.resend(&[1]).remove(0);
        let inside = Some(second.id);
        assert_eq!(desk.shown(), [Shown(License, Queued, None), Shown(License, Queued, None), Shown(License, Queued, inside)]);
        let mut taken = desk.take(200);
        taken.sort_by_key(|claimed| claimed.letter.id);
        let ids: Vec<i64> = taken.iter().map(|claimed| claimed.letter.id).collect();
        assert_eq!((ids, taken[0].licenses.len()), (vec![second.id, resent.id], 2));
        assert_eq!(desk.newest(3).id, third.id);
    }

    fn when_a_leader_is_replaced_in_hand_the_others_are_sent_all_the_same(database: TestDatabase) {
        let desk = Desk::open(&database);
        let [_, second, _] = desk.group();
        let (leader, _) = desk.take_one(100);
        let resent = desk.resend(&[1]).remove(0);
        desk.finish(&leader, refused(Queued));
        let mut taken = desk.take(1_000);
        taken.sort_by_key(|claimed| claimed.letter.id);
        let ids: Vec<i64> = taken.iter().map(|claimed| claimed.letter.id).collect();
        assert_eq!((ids, taken[0].licenses.len()), (vec![second.id, resent.id], 2));
    }

    fn a_license_whose_enclosed_letter_was_replaced_is_not_brought_twice(database: TestDatabase) {
        let desk = Desk::open(&database);
        let [leader, ..] = desk.group();
        desk.resend(&[2]);
        let taken = desk.take(200);
        let of_leader = taken.iter().find(|claimed| claimed.letter.id == leader.id).expect("it is due");
        let licenses: Vec<&str> = of_leader.licenses.iter().map(|enclosed| enclosed.license.terms.id.as_str()).collect();
        assert_eq!((taken.len(), licenses), (2, vec!["L1", "L3"]));
    }

    fn what_is_sent_again_together_is_one_letter(database: TestDatabase) {
        let desk = Desk::open(&database);
        desk.group();
        let resent = desk.resend(&[3, 1, 2]);
        assert_eq!(resent[1].enclosed_in, Some(resent[0].id));
        let (letter, licenses) = desk.take_one(200);
        assert_eq!((letter.id, licenses), (resent[0].id, ["L1", "L2", "L3"].map(str::to_owned).into()));
    }

    fn a_renewal_of_several_licenses_is_one_letter(database: TestDatabase) {
        let desk = Desk::open(&database);
        desk.group();
        let (letter, _) = desk.take_one(100);
        desk.finish(&letter, accepted());
        let leader = desk.add(1, Renewal, None);
        desk.add(2, Renewal, Some(&leader));
        let (letter, licenses) = desk.take_one(400);
        assert_eq!((letter.id, letter.kind, licenses), (leader.id, Renewal, vec!["L1".to_owned(), "L2".to_owned()]));
    }
}
