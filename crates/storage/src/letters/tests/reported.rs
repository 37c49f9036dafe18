//! What providers tell of letters, and what people do with those that came back.

use super::desk::{Desk, accepted, at};
use crate::letters::{Handled, Letter, LetterReport, Obstacle};
use crate::{Fate, LetterKind, LetterResult, LetterState, NewDelivery, Origin};

crate::on_both_databases! {
    fn what_is_told_before_the_answer_is_written_down_counts_with_it(database: TestDatabase) {
        let desk = Desk::open(&database);
        let letter = desk.add(1, LetterKind::License, None);
        desk.take_one(130);
        desk.tell(&letter, Fate::Delivered, "m-1", 131);
        assert_eq!(desk.letter(&letter).state, LetterState::Sending);
        assert_eq!(desk.finish(&letter, accepted()).state, LetterState::Delivered);
    }

    fn what_is_enclosed_comes_back_with_its_letter_and_goes_out_with_it_again(database: TestDatabase) {
        let desk = Desk::open(&database);
        let group = desk.sent_group();
        desk.tell(&group[0], Fate::Bounced, "m-1", 200);
        for letter in &group {
            let now = desk.letter(letter);
            assert_eq!((now.state, now.error.as_deref()), (LetterState::Bounced, Some("bounced: words")));
        }
        assert!(matches!(desk.retry(&group[2], 300), Handled::Done(_)));
        let (letter, licenses) = desk.take_one(300);
        assert_eq!((letter.id, licenses.len()), (group[0].id, 3));
    }

    fn a_report_of_an_earlier_sending_says_nothing_of_the_newest(database: TestDatabase) {
        let desk = Desk::open(&database);
        let group = desk.sent_group();
        desk.tell(&group[0], Fate::Bounced, "m-1", 200);
        desk.retry(&group[0], 300);
        desk.take_one(300);
        desk.finish(&group[0], LetterResult { message_id: Some("m-2".to_owned()), ..accepted() });
        desk.tell(&group[0], Fate::Bounced, "m-1", 201);
        assert_eq!(desk.letter(&group[0]).state, LetterState::Accepted);
        desk.tell(&group[0], Fate::Delivered, "m-2", 301);
        assert_eq!(desk.letter(&group[1]).state, LetterState::Delivered);
    }

    fn a_letter_is_held_until_somebody_has_it_sent(database: TestDatabase) {
        let desk = Desk::open(&database);
        let group = desk.group();
        assert!(matches!(desk.hold(&group[1], 120), Handled::Done(_)));
        assert!(group.iter().all(|letter| desk.letter(letter).is_held_by_hand()));
        assert!(desk.take(1_000).is_empty());
        assert!(matches!(desk.retry(&group[1], 1_000), Handled::Done(_)));
        assert_eq!(desk.take_one(1_000).1, ["L1", "L2", "L3"]);
        let events = desk.store.license_events("L2").expect("an answer");
        let told: Vec<_> = events.iter().map(|event| (event.event.as_str(), event.detail.as_deref())).collect();
        assert_eq!(told, [("held", Some("by ada")), ("retried", Some("by ada"))]);
    }

    fn what_is_on_its_way_has_arrived_or_must_not_be_sent_is_left_alone(database: TestDatabase) {
        let desk = Desk::open(&database);
        let letter = desk.add(1, LetterKind::License, None);
        desk.withhold(1);
        assert!(is_refused(&desk.retry(&letter, 100), Obstacle::Withheld));
        desk.release(1);
        desk.take_one(130);
        assert!(is_refused(&desk.retry(&letter, 131), Obstacle::InHand));
        assert!(is_refused(&desk.hold(&letter, 131), Obstacle::InHand));
        desk.finish(&letter, accepted());
        assert!(is_refused(&desk.retry(&letter, 140), Obstacle::Sent));
        assert!(is_refused(&desk.hold(&letter, 140), Obstacle::Sent));
        desk.resend(&[1]);
        assert!(is_refused(&desk.retry(&letter, 160), Obstacle::Replaced));
    }
}

fn is_refused(handled: &Handled, expected: Obstacle) -> bool {
    matches!(handled, Handled::Refused(_, obstacle) if *obstacle == expected)
}

impl Desk {
    /// Three licenses in one letter that its provider took as `m-1`.
    fn sent_group(&self) -> [Letter; 3] {
        let group = self.group();
        self.take_one(130);
        self.finish(&group[0], accepted());
        group
    }

    fn letter(&self, letter: &Letter) -> Letter {
        let mut letters = self.store.letters(&letter.license_id).expect("an answer");
        letters.retain(|row| row.id == letter.id);
        letters.remove(0)
    }

    fn tell(&self, letter: &Letter, fate: Fate, message: &str, second: i64) {
        let new = NewDelivery {
            source: "postmark".to_owned(),
            origin: Origin::Ping,
            received_at: at(second),
            remote_address: None,
            secret_label: None,
            content_type: None,
            headers: "[]".to_owned(),
            body: Vec::new(),
            declared_size: None,
        };
        let report = LetterReport {
            delivery_id: self.store.record(new).wait().expect("on record").id,
            mail_uid: Some(letter.mail_uid.clone()),
            message_id: Some(message.to_owned()),
            recipient: None,
            at: at(second),
            fate,
            words: "words".to_owned(),
        };
        let told = self.store.write(move |connection| crate::letters::apply(connection, &report)).wait();
        told.expect("written down").expect("the letter is known");
    }

    fn retry(&self, letter: &Letter, second: i64) -> Handled {
        self.store.retry_letter(letter.id, "by ada".to_owned(), at(second)).wait().expect("an answer")
    }

    fn hold(&self, letter: &Letter, second: i64) -> Handled {
        self.store.hold_letter(letter.id, "by ada".to_owned(), at(second)).wait().expect("an answer")
    }
}
