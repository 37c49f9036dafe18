//! A second channel: it takes over for passing trouble, once for a refusal, and never for a letter in doubt.

use crate::support::{Ping, Postbox, Shop, trouble};
use jiff::SignedDuration;
use mintmark_mail::FailureClass;
use mintmark_storage::{on_both_databases, testing::TestDatabase};

on_both_databases! {
    fn a_letter_that_the_first_channel_cannot_send_now_goes_through_the_second(database: TestDatabase) {
        let shop = shop(&database);
        shop.postbox.memory.fail(trouble(FailureClass::Transient));
        assert_eq!(shop.receive(&Ping::sale()), "accepted");
        let letter = shop.letters().remove(0);
        assert_eq!((&letter["provider"], &letter["attempts"]), (&"second".into(), &2.into()));
        assert_eq!((shop.postbox.memory.attempts(), second(&shop).memory.attempts()), (1, 1));
    }

    fn a_letter_that_neither_can_send_waits_for_its_time(database: TestDatabase) {
        let shop = shop(&database);
        shop.postbox.memory.fail(trouble(FailureClass::Transient));
        second(&shop).memory.fail(trouble(FailureClass::Transient));
        assert_eq!(shop.receive(&Ping::sale()), "failed: transient trouble");
        let letter = shop.letters().remove(0);
        assert_eq!(letter["attempts"], 2);
        assert!(shop.waits(&letter, 24..=36), "{letter}");
        shop.postbox.memory.recover();
        shop.clock.advance(SignedDuration::from_secs(36));
        assert_eq!(shop.letter_once("accepted")["provider"], "memory", "the first channel is asked first");
    }

    fn an_open_circuit_leaves_the_letters_to_the_second_channel_and_a_probe_to_the_first(database: TestDatabase) {
        let shop = shop(&database);
        shop.postbox.memory.fail(trouble(FailureClass::Transient));
        for number in 0..8 {
            assert_eq!(shop.receive(&sale(number)), "accepted");
        }
        assert_eq!((shop.postbox.memory.attempts(), second(&shop).memory.attempts()), (5, 8));

        shop.clock.advance(SignedDuration::from_secs(30));
        for number in 8..10 {
            assert_eq!(shop.receive(&sale(number)), "accepted");
        }
        assert_eq!((shop.postbox.memory.attempts(), second(&shop).memory.attempts()), (6, 10));

        shop.postbox.memory.recover();
        shop.clock.advance(SignedDuration::from_secs(30));
        assert_eq!(shop.receive(&sale(10)), "accepted");
        assert_eq!(shop.receive(&sale(11)), "accepted");
        assert_eq!((shop.postbox.memory.attempts(), second(&shop).memory.attempts()), (8, 10));
    }

    fn a_letter_that_the_first_channel_refuses_goes_through_the_second_once(database: TestDatabase) {
        let shop = shop(&database);
        shop.postbox.memory.fail(trouble(FailureClass::Policy));
        assert_eq!(shop.receive(&Ping::sale()), "accepted");
        assert_eq!(shop.letters()[0]["provider"], "second");

        second(&shop).memory.fail(trouble(FailureClass::Policy));
        assert_eq!(shop.receive(&sale(2)), "failed: policy trouble");
        assert_eq!(shop.letters()[0]["state"], "failed");
        assert_eq!((shop.postbox.memory.attempts(), second(&shop).memory.attempts()), (2, 2));
    }

    fn a_letter_that_the_first_channel_refuses_waits_for_the_second(database: TestDatabase) {
        let shop = shop(&database);
        shop.postbox.memory.fail(trouble(FailureClass::Policy));
        second(&shop).memory.fail(trouble(FailureClass::Configuration));
        assert_eq!(shop.receive(&Ping::sale()), "failed: configuration trouble");
        shop.clock.advance(SignedDuration::from_secs(299));
        second(&shop).memory.recover();
        shop.clock.advance(SignedDuration::from_secs(1));
        assert_eq!(shop.letter_once("accepted")["provider"], "second");
        assert_eq!(shop.postbox.memory.attempts(), 1);
    }

    fn a_letter_in_doubt_never_goes_through_the_second_channel(database: TestDatabase) {
        let shop = shop(&database);
        shop.postbox.memory.fail(trouble(FailureClass::Unknown));
        shop.postbox.memory.ignore_questions(trouble(FailureClass::Transient));
        assert_eq!(shop.receive(&sale(0)), "failed: unknown trouble");
        shop.letter_when(|letter| shop.waits(letter, 30..=30));
        shop.postbox.memory.fail(trouble(FailureClass::Transient));
        second(&shop).memory.fail(trouble(FailureClass::Transient));
        assert_eq!(shop.receive(&sale(1)), "failed: transient trouble");
        second(&shop).memory.recover();
        for number in 2..6 {
            assert_eq!(shop.receive(&sale(number)), "accepted");
        }

        // Both are due now, the one in doubt for longer. The circuit is open.
        shop.clock.advance(SignedDuration::from_secs(36));
        shop.receive(&sale(1));
        assert_eq!(shop.letter_once("accepted")["provider"], "second");
        assert_eq!(second(&shop).memory.letters().len(), 5);

        shop.postbox.memory.recover();
        shop.receive(&sale(0));
        shop.clock.advance(SignedDuration::from_secs(60));
        shop.letter_when(|letter| shop.waits(letter, 20..=20));
        shop.clock.advance(SignedDuration::from_secs(20));
        assert_eq!(shop.letter_once("accepted")["provider"], "memory");
        assert_eq!(second(&shop).memory.letters().len(), 5);
    }

    fn nothing_but_passing_trouble_and_refusals_is_a_matter_for_the_second_channel(database: TestDatabase) {
        let classes = [
            FailureClass::Recipient,
            FailureClass::Content,
            FailureClass::Unknown,
            FailureClass::Throttle,
        ];
        let shop = shop(&database);
        for (number, class) in classes.into_iter().enumerate() {
            shop.postbox.memory.fail(trouble(class));
            assert_eq!(shop.receive(&sale(number)), format!("failed: {class} trouble"));
        }
        // The channel is paused, and not out of order.
        assert_eq!(shop.receive(&sale(9)), "queued");
        assert_eq!(second(&shop).memory.attempts(), 0);
    }
}

fn shop(database: &TestDatabase) -> Shop {
    Shop::on(database).opened_before(Postbox::default(), Some(Postbox::named("second")))
}

fn second(shop: &Shop) -> &Postbox {
    shop.fallback.as_ref().expect("the shop has a second channel")
}

fn sale(number: usize) -> Ping {
    Ping::sale().with("sale_id", &format!("sale-{number}"))
}
