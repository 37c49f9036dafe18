//! Letters whose sending ended without an answer: whoever can be asked is asked, and nobody is mailed in haste.

use crate::support::{Ping, Postbox, Shop, TestClock, trouble};
use jiff::SignedDuration;
use mintmark_fulfillment::{Replayed, Role};
use mintmark_mail::{Address, Content, FailureClass, Letter, Mailer, Memory};
use mintmark_storage::{Access, Claim, DatabaseUrl, Store, on_both_databases, testing::TestDatabase};

on_both_databases! {
    fn a_letter_whose_answer_was_lost_is_found_at_its_provider_and_not_sent_again(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        shop.postbox.memory.lose_answers(trouble(FailureClass::Unknown));
        assert_eq!(shop.receive(&Ping::sale()), "failed: unknown trouble");
        let letter = shop.letter_once("accepted");
        assert_eq!((&letter["message_id"], &letter["attempts"]), (&"memory-1".into(), &1.into()));
        assert_eq!((shop.postbox.memory.attempts(), shop.postbox.memory.questions()), (1, 1));
        assert_eq!((shop.row().error, shop.replay()), (None, Replayed::NothingToDo));
    }

    fn a_letter_that_its_provider_does_not_know_twice_is_sent_again(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        shop.postbox.memory.fail(trouble(FailureClass::Unknown));
        shop.receive(&Ping::sale());
        let letter = shop.letter_when(|letter| shop.waits(letter, 20..=20));
        assert_eq!((&letter["attempts"], shop.postbox.memory.questions()), (&1.into(), 1));

        // What was learned so far outlasts the process.
        let shop = shop.restarted();
        shop.postbox.memory.recover();
        shop.clock.advance(SignedDuration::from_secs(20));
        let letter = shop.letter_once("accepted");
        assert_eq!((&letter["attempts"], shop.postbox.memory.questions()), (&2.into(), 2));
        assert_eq!((shop.postbox.memory.attempts(), shop.row().error), (2, None));
    }

    fn a_provider_that_answers_no_question_gets_the_letter_again_in_the_end(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        shop.postbox.memory.lose_answers(trouble(FailureClass::Unknown));
        shop.postbox.memory.ignore_questions(trouble(FailureClass::Transient));
        shop.receive(&Ping::sale());
        let letter = shop.letter_when(|letter| shop.waits(letter, 30..=30));
        assert_eq!((&letter["state"], &letter["error"]), (&"queued".into(), &"transient trouble".into()));
        assert_eq!(shop.postbox.memory.attempts(), 1);

        shop.postbox.memory.recover();
        shop.postbox.memory.ignore_questions(trouble(FailureClass::Transient));
        shop.clock.advance(SignedDuration::from_mins(10));
        shop.letter_once("accepted");
        assert_eq!((shop.postbox.memory.attempts(), shop.postbox.memory.questions()), (2, 2));
    }

    fn a_provider_that_lets_nobody_in_is_not_sent_letters_in_doubt_either(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        shop.postbox.memory.lose_answers(trouble(FailureClass::Unknown));
        shop.postbox.memory.ignore_questions(trouble(FailureClass::Configuration));
        shop.receive(&Ping::sale());
        shop.letter_when(|letter| letter["error"] == "configuration trouble");
        shop.clock.advance(SignedDuration::from_hours(1));
        shop.letter_when(|letter| shop.waits(letter, 300..=300));
        assert_eq!((shop.postbox.memory.attempts(), shop.postbox.memory.questions()), (1, 2));
    }

    fn where_nobody_can_be_asked_a_letter_waits_and_is_sent_once_more_and_never_again(database: TestDatabase) {
        let shop = Shop::on(&database).opened_with(Postbox::over(Memory::default().mute()));
        shop.postbox.memory.fail(trouble(FailureClass::Unknown));
        shop.receive(&Ping::sale());
        assert!(shop.waits(&shop.letters()[0], 600..=600));

        shop.clock.advance(SignedDuration::from_mins(10));
        let letter = shop.letter_once("failed");
        assert_eq!((&letter["attempts"], &letter["failure_class"]), (&2.into(), &"unknown".into()));
        assert_eq!(shop.row().error.as_deref(), Some("email error: unknown trouble"));

        // A person may decide otherwise.
        shop.postbox.memory.recover();
        shop.clock.advance(SignedDuration::from_mins(10));
        assert_eq!(shop.replay(), Replayed::LetterQueued);
        shop.letter_once("accepted");
        assert_eq!((shop.postbox.memory.attempts(), shop.postbox.memory.questions()), (3, 0));
    }

    fn a_letter_that_was_sent_by_a_worker_who_died_then_is_found(database: TestDatabase) {
        let shop = with_a_letter_in_dead_hands(&database, Postbox::default());
        let uid = Store::open(&database.url, Access::Tool).unwrap();
        let license = shop.license()["id"].as_str().unwrap().to_owned();
        let uid = uid.newest_letter(&license).unwrap().unwrap().mail_uid;
        shop.postbox.memory.send(&bare_letter(uid)).unwrap();
        let shop = shop.restarted();
        let letter = shop.letter_once("accepted");
        assert_eq!((&letter["attempts"], shop.postbox.memory.attempts()), (&1.into(), 1));
    }

    fn a_letter_in_dead_hands_is_sent_after_its_provider_was_asked_twice(database: TestDatabase) {
        let shop = with_a_letter_in_dead_hands(&database, Postbox::default()).restarted();
        let letter = shop.letter_when(|letter| shop.waits(letter, 20..=20));
        assert_eq!((&letter["error"], &letter["failure_class"]), (&().into(), &"unknown".into()));
        shop.clock.advance(SignedDuration::from_secs(20));
        let letter = shop.letter_once("accepted");
        assert_eq!((&letter["attempts"], shop.postbox.memory.questions()), (&2.into(), 2));
    }

    fn a_letter_in_dead_hands_waits_where_nobody_can_be_asked(database: TestDatabase) {
        let shop = with_a_letter_in_dead_hands(&database, Postbox::over(Memory::default().mute())).restarted();
        shop.letter_when(|letter| shop.waits(letter, 600..=600));
        shop.clock.advance(SignedDuration::from_mins(10));
        shop.letter_once("accepted");
        assert_eq!(shop.postbox.memory.attempts(), 1);
    }

    fn a_letter_in_dead_hands_is_given_up_where_nobody_can_be_asked_when_that_happens_again(database: TestDatabase) {
        let mute = Postbox::over(Memory::default().mute());
        let shop = with_a_letter_in_dead_hands(&database, mute).restarted();
        shop.letter_when(|letter| shop.waits(letter, 600..=600));
        shop.fulfillment.outbox().unwrap().stop();
        fall_into_dead_hands(&shop, &database, 1);
        let shop = shop.restarted();
        shop.letter_once("failed");
        let error = "email error: whether it was sent is not known, and nobody can be asked";
        assert_eq!((shop.row().error.as_deref(), shop.postbox.memory.attempts()), (Some(error), 0));
    }

    fn a_letter_in_dead_hands_is_written_again_where_that_makes_no_second_one(database: TestDatabase) {
        let postbox = Postbox::over(Memory::default().repeating());
        let shop = with_a_letter_in_dead_hands(&database, postbox).restarted();
        shop.letter_once("accepted");
        assert_eq!((shop.postbox.memory.attempts(), shop.postbox.memory.questions()), (1, 0));
    }

    fn a_letter_that_another_provider_may_have_sent_waits_when_that_one_is_gone(database: TestDatabase) {
        let shop = with_a_letter_in_dead_hands(&database, Postbox::named("another")).restarted();
        shop.letter_when(|letter| shop.waits(letter, 600..=600));
        shop.clock.advance(SignedDuration::from_mins(10));
        shop.letter_once("accepted");
        assert_eq!(shop.postbox.memory.questions(), 0);
    }
}

/// A server claims a letter, and then the power fails in the middle of its sending. On SQLite the lock of the
/// database proves that it is dead; on PostgreSQL its claim has run out.
fn with_a_letter_in_dead_hands(database: &TestDatabase, postbox: Postbox) -> Shop {
    let builder = Shop::on(database);
    let clock = TestClock::default();
    drop(builder.open(Role::Setup).unwrap());
    let fulfillment = builder.open(Role::Server).unwrap();
    let shop = Shop { fulfillment, postbox, fallback: None, clock, builder };
    assert_eq!(shop.receive(&Ping::sale()), "queued");
    fall_into_dead_hands(&shop, database, 0);
    shop
}

/// The only letter, after so many attempts.
fn fall_into_dead_hands(shop: &Shop, database: &TestDatabase, attempts: i64) {
    let store = Store::open(&database.url, Access::Tool).unwrap();
    let lease = match database.url {
        DatabaseUrl::Sqlite(_) => SignedDuration::from_hours(1),
        DatabaseUrl::Postgres(_) => SignedDuration::ZERO,
    };
    let claim = Claim { id: "dead hands".to_owned(), provider: "memory".to_owned(), lease };
    let letter = shop.letters()[0]["id"].as_i64().unwrap();
    store.claim_letter(letter, attempts, claim).wait().unwrap().expect("nobody else has it");
    assert_eq!(shop.license()["letter"], "sending");
}

fn bare_letter(uid: String) -> Letter {
    let content =
        Content { subject: String::new(), text: String::new(), html: String::new(), attachments: Vec::new() };
    Letter { uid, id: 0, to: Address::parse("ada@example.com").unwrap(), content }
}
