//! Letters whose license was refunded or disputed before they left.

use super::desk::{Desk, Shown, accepted, at, claim, refused};
use crate::letters::Claim;
use crate::{LetterKind, LetterState, LicenseStatus, on_both_databases};
use LetterKind::{License, Renewal, Suspension};
use LetterState::{Accepted, Failed, Held, Queued, Sending};
use jiff::SignedDuration;

on_both_databases! {
    fn a_letter_that_has_not_left_is_held_back_until_its_license_runs_again(database: TestDatabase) {
        let desk = Desk::open(&database);
        let letter = desk.add(1, License, None);
        assert_eq!(desk.withhold(1), 1);
        let held = desk.newest(1);
        assert_eq!((held.state, held.due_at, &held.error), (Held, None, &None));
        assert!(held.is_withheld());
        assert!(desk.take(1_000_000).is_empty());
        assert!(desk.store.claim_letter(letter.id, 0, claim()).wait().expect("an answer").is_none());
        assert_eq!(desk.withhold(1), 0, "once");

        assert_eq!(desk.release(1), Some(letter.id));
        assert_eq!(desk.release(1), None, "once");
        assert_eq!(desk.take_one(70).0.id, letter.id);
    }

    fn what_has_left_is_not_held_back_and_what_failed_is_no_error_any_more(database: TestDatabase) {
        let desk = Desk::open(&database);
        desk.add(1, License, None);
        let (letter, _) = desk.take_one(100);
        assert_eq!(desk.withhold(1), 0, "it is in a worker's hands");
        desk.finish(&letter, accepted());
        assert_eq!((desk.withhold(1), desk.newest(1).state), (0, Accepted));

        desk.add(2, License, None);
        let (letter, _) = desk.take_one(100);
        desk.finish(&letter, refused(Failed));
        assert_eq!((desk.withhold(2), desk.newest(2).error), (1, None));
    }

    fn a_letter_in_hand_is_not_queued_again_for_a_license_that_does_not_run(database: TestDatabase) {
        for status in [LicenseStatus::Revoked, LicenseStatus::Suspended] {
            let desk = Desk::open(&crate::testing::TestDatabase::sqlite());
            desk.add(1, License, None);
            let (letter, _) = desk.take_one(100);
            desk.set_status(1, status);
            assert_eq!(desk.withhold(1), 0);
            let ended = desk.finish(&letter, refused(Queued));
            assert_eq!((ended.state, ended.due_at, &ended.error), (Held, None, &None));
            assert!(ended.is_withheld(), "{status}");
        }
        let desk = Desk::open(&database);
        desk.add(1, License, None);
        let (letter, _) = desk.take_one(100);
        desk.set_status(1, LicenseStatus::Ended);
        assert_eq!(desk.finish(&letter, refused(Queued)).state, Queued, "its letter is owed all the same");
    }

    fn a_letter_of_a_dead_worker_is_not_queued_again_for_a_license_that_does_not_run(database: TestDatabase) {
        let desk = Desk::open(&database);
        let letter = desk.add(1, License, None);
        let frozen = Claim { lease: SignedDuration::ZERO, ..claim() };
        desk.store.claim_letter(letter.id, 0, frozen).wait().expect("an answer").expect("claimed");
        desk.set_status(1, LicenseStatus::Revoked);
        desk.store.expire_claims(at(200)).wait().expect("an answer");
        let held = desk.newest(1);
        assert!(held.is_withheld() && held.doubt.is_some(), "{held:?}");
    }

    fn a_letter_that_tells_of_a_dispute_is_not_sent_once_it_is_won(database: TestDatabase) {
        let desk = Desk::open(&database);
        desk.add(1, License, None);
        let (letter, _) = desk.take_one(100);
        desk.finish(&letter, accepted());
        desk.add(1, Suspension, None);
        assert_eq!(desk.release(1), None);
        assert_eq!((desk.newest(1).state, desk.take(1_000_000).len()), (Held, 0));
    }

    fn a_renewal_that_was_held_back_is_sent_after_the_dispute_was_told(database: TestDatabase) {
        let desk = Desk::open(&database);
        desk.add(1, License, None);
        let (letter, _) = desk.take_one(100);
        desk.finish(&letter, accepted());
        let renewal = desk.add(1, Renewal, None);
        desk.withhold(1);
        desk.add(1, Suspension, None);
        let (letter, _) = desk.take_one(400);
        assert_eq!(letter.kind, Suspension);
        desk.finish(&letter, accepted());
        assert_eq!(desk.release(1), Some(renewal.id));
        assert_eq!((desk.take_one(70).0.id, desk.newest(1).kind), (renewal.id, Renewal));
    }

    fn what_is_enclosed_is_held_back_alone(database: TestDatabase) {
        let desk = Desk::open(&database);
        let [leader, second, _] = desk.group();
        assert_eq!(desk.withhold(2), 1);
        assert_eq!(desk.take_one(100).1, ["L1", "L3"]);
        assert_eq!(desk.shown().map(|Shown(_, state, _)| state), [Sending, Held, Sending]);
        assert_eq!(desk.release(2), Some(second.id), "the others have left: it goes alone");
        assert_eq!(desk.take_one(100).1, ["L2"]);
        assert_eq!((desk.newest(1).id, desk.newest(1).state), (leader.id, Sending));
    }

    fn what_was_held_back_joins_the_others_again_if_they_are_still_there(database: TestDatabase) {
        let desk = Desk::open(&database);
        let [leader, ..] = desk.group();
        desk.withhold(2);
        assert_eq!(desk.release(2), Some(leader.id));
        assert_eq!(desk.take_one(100).1, ["L1", "L2", "L3"]);
    }

    fn when_a_leader_is_held_back_another_letter_leads(database: TestDatabase) {
        let desk = Desk::open(&database);
        let [_, second, _] = desk.group();
        desk.withhold(1);
        let inside = Some(second.id);
        assert_eq!(desk.shown(), [Shown(License, Held, inside), Shown(License, Queued, None), Shown(License, Queued, inside)]);
        let (letter, licenses) = desk.take_one(100);
        assert_eq!((letter.id, licenses), (second.id, vec!["L2".to_owned(), "L3".to_owned()]));
    }

    fn an_order_that_was_held_back_and_runs_again_is_one_letter_again(database: TestDatabase) {
        let desk = Desk::open(&database);
        let [leader, ..] = desk.group();
        for license in [1, 2, 3] {
            assert_eq!(desk.withhold(license), 1);
        }
        assert!(desk.take(1_000_000).is_empty());
        for license in [1, 2, 3] {
            assert_eq!(desk.release(license), Some(leader.id));
        }
        assert_eq!(desk.take_one(70).1, ["L1", "L2", "L3"]);
    }

    fn an_order_that_is_held_back_in_hand_is_held_back_whole(database: TestDatabase) {
        let desk = Desk::open(&database);
        desk.group();
        let (letter, _) = desk.take_one(100);
        for license in [1, 2, 3] {
            desk.set_status(license, LicenseStatus::Revoked);
        }
        desk.finish(&letter, refused(Queued));
        assert!([1, 2, 3].iter().all(|license| desk.newest(*license).is_withheld()));
        assert!(desk.take(1_000_000).is_empty());
    }
}
