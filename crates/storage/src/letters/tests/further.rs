//! Further letters, in view of what the buyer has had.

use super::desk::{Desk, accepted, at, claim, new, refused};
use crate::letters::{Claim, NewLetter, Share};
use crate::{LetterKind, LetterState, on_both_databases};
use LetterKind::{License, Renewal, Revocation, Suspension};
use LetterState::{Failed, Held, Queued};
use jiff::SignedDuration;

on_both_databases! {
    fn a_letter_that_has_not_left_serves_for_a_renewal_too(database: TestDatabase) {
        let desk = Desk::open(&database);
        let first = desk.add(1, License, None);
        assert_eq!(desk.add(1, Renewal, None), first);
        let (letter, _) = desk.take_one(100);
        desk.finish(&letter, refused(Queued));
        let serves = desk.add(1, Renewal, None);
        assert_eq!((serves.id, serves.attempts), (first.id, 1), "a letter that was refused has not left");
        assert_eq!(desk.store.letters("L1").expect("a list").len(), 1);
    }

    fn a_letter_that_has_left_is_followed_by_another(database: TestDatabase) {
        let desk = Desk::open(&database);
        desk.add(1, License, None);
        let (letter, _) = desk.take_one(100);
        desk.finish(&letter, accepted());
        let renewal = desk.add(1, Renewal, None);
        assert_eq!((renewal.kind, renewal.resend_number, renewal.state), (Renewal, 1, Queued));
        let revocation = desk.add(1, Revocation, None);
        assert_eq!((revocation.kind, revocation.resend_number), (Revocation, 2));
        let (letter, _) = desk.take_one(1_000);
        assert_eq!(letter.id, revocation.id, "the renewal would not be true any more");
    }

    fn a_letter_in_hand_or_in_doubt_may_have_left(database: TestDatabase) {
        let desk = Desk::open(&database);
        let first = desk.add(1, License, None);
        let frozen = Claim { lease: SignedDuration::ZERO, ..claim() };
        desk.store.claim_letters(Share::All, frozen, at(100), 9).wait().expect("claimed");
        let second = desk.add(1, Renewal, None);
        assert_ne!(second.id, first.id);
        desk.store.claim_letters(Share::All, Claim { lease: SignedDuration::ZERO, ..claim() }, at(100), 9).wait().expect("claimed");
        desk.store.expire_claims(at(200)).wait().expect("an answer");
        assert!(desk.newest(1).doubt.is_some());
        assert_ne!(desk.add(1, Renewal, None).id, second.id);
    }

    fn a_buyer_who_never_had_the_first_letter_gets_it_and_not_a_renewal(database: TestDatabase) {
        let desk = Desk::open(&database);
        desk.add(1, License, None);
        let (letter, _) = desk.take_one(100);
        desk.finish(&letter, refused(Failed));
        let again = desk.add(1, Renewal, None);
        assert_ne!(again.id, letter.id);
        assert_eq!((again.kind, again.template.as_str(), again.state), (License, "license", Queued));
    }

    fn a_letter_that_has_not_left_goes_to_the_newest_address(database: TestDatabase) {
        let desk = Desk::open(&database);
        let first = desk.add(1, License, None);
        let grace = NewLetter { recipient: "grace@example.com".to_owned(), ..new(Renewal) };
        let serves = desk.add_as(1, grace, None);
        assert_eq!((serves.id, serves.recipient.as_str()), (first.id, "grace@example.com"));
        assert_eq!(desk.take_one(100).0.recipient, "grace@example.com");
    }

    fn a_newest_address_that_cannot_be_mailed_holds_the_letter(database: TestDatabase) {
        let desk = Desk::open(&database);
        desk.add(1, License, None);
        let unmailable = Some("no domain".to_owned());
        let nobody = NewLetter { recipient: "nobody".to_owned(), unmailable: unmailable.clone(), ..new(Renewal) };
        let held = desk.add_as(1, nobody, None);
        assert_eq!((held.state, held.due_at, held.error), (Held, None, unmailable));
        let again = desk.add(1, Renewal, None);
        assert_eq!((again.kind, again.state), (License, Queued), "an address that can be mailed is known again");
    }

    fn nobody_is_told_of_the_loss_of_what_they_never_had(database: TestDatabase) {
        let desk = Desk::open(&database);
        let first = desk.add(1, License, None);
        let spared = desk.add(1, Revocation, None);
        assert_eq!((spared.id, spared.state), (first.id, Held));
        assert!(spared.is_withheld() && spared.error.is_none());
        assert_eq!(desk.add(1, Suspension, None).id, first.id);
        assert!(desk.take(1_000_000).is_empty());
    }
}
