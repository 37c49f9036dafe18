//! When letters are sent: the schedule, the pauses of the channel, and restarts in between.

use crate::support::{Ping, Shop, trouble};
use jiff::{SignedDuration, Timestamp};
use mintmark_fulfillment::Fulfilled;
use mintmark_mail::FailureClass;
use mintmark_storage::on_both_databases;

on_both_databases! {
    fn a_letter_is_tried_again_on_its_schedule_until_it_is_accepted(database: TestDatabase) {
        let mut shop = Shop::on(&database).opened();
        shop.postbox.memory.fail(trouble(FailureClass::Transient));
        shop.receive(&Ping::sale());
        for (attempts, planned) in [(1, 10), (2, 30), (3, 120), (4, 600)] {
            let letter = shop.letters().remove(0);
            assert_eq!(letter["attempts"], attempts);
            assert_eq!(letter["failure_class"], "transient");
            let pause = time(&letter["next_at"]).duration_since(shop.clock.now()).as_secs();
            assert!((planned * 8 / 10..=planned * 12 / 10).contains(&pause), "{attempts}: {pause}");

            shop.clock.advance(SignedDuration::from_secs(pause + 1));
            shop.postbox.wait_for(usize::try_from(attempts).unwrap() + 1);
            shop = shop.restarted();
        }
        shop.postbox.memory.recover();
        shop.clock.advance(SignedDuration::from_hours(1));
        shop.postbox.wait_for(6);
        shop.fulfillment.outbox().unwrap().stop();
        assert_eq!((shop.row().error, &shop.letters()[0]["attempts"]), (None, &6.into()));
        assert_eq!(shop.postbox.texts().len(), 1);
    }

    fn a_letter_that_was_not_accepted_in_three_days_is_given_up(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        shop.postbox.memory.fail(trouble(FailureClass::Transient));
        shop.receive(&Ping::sale());
        shop.clock.advance(SignedDuration::from_hours(73));
        shop.postbox.wait_for(2);
        shop.fulfillment.outbox().unwrap().stop();
        let letter = shop.letters().remove(0);
        assert_eq!((&letter["state"], &letter["next_at"]), (&"failed".into(), &().into()));
        assert_eq!(shop.row().error.as_deref(), Some("email error: transient trouble"));
    }

    fn a_letter_is_given_up_after_three_days_also_while_the_circuit_is_open(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        shop.postbox.memory.fail(trouble(FailureClass::Transient));
        for sale in 1..=5 {
            shop.receive(&Ping::sale().with("sale_id", &format!("sale-{sale}")));
        }
        shop.clock.advance(SignedDuration::from_hours(73));
        shop.postbox.wait_for(6);
        shop.fulfillment.outbox().unwrap().stop();
        let rows = shop.rows();
        let letters = rows.iter().map(|row| shop.fulfillment.records().delivery_json(row.id).unwrap());
        let states: Vec<_> = letters.map(|shown| shown["letters"][0]["state"].clone()).collect();
        assert!(states.iter().any(|state| state == "failed"), "{states:?}");
    }

    fn a_trouble_of_configuration_pauses_the_channel_and_costs_no_attempt(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        shop.postbox.memory.fail(trouble(FailureClass::Configuration));
        assert_eq!(shop.receive(&Ping::sale()), "failed: configuration trouble");
        assert_eq!(shop.letters()[0]["attempts"], 0);
        // Nobody waits for a channel that is paused.
        assert_eq!(shop.receive(&Ping::sale().with("sale_id", "sale-2")), "queued");
        assert_eq!(shop.postbox.memory.attempts(), 1);

        shop.postbox.memory.recover();
        shop.clock.advance(SignedDuration::from_mins(5));
        shop.postbox.wait_for(3);
        shop.fulfillment.outbox().unwrap().stop();
        assert!(shop.rows().iter().all(|row| row.error.is_none()));
        assert_eq!(shop.postbox.texts().len(), 2);
    }

    fn a_channel_that_is_paused_spends_no_letter_of_its_queue(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        shop.postbox.memory.fail(trouble(FailureClass::Throttle));
        let mint = |number: i64| {
            let delivery = shop.record(&Ping::sale().with("sale_id", &number.to_string()));
            let fulfilled = pollster::block_on(shop.fulfillment.fulfill(&delivery, shop.clock.now()));
            let Ok(Fulfilled::Licensed { new_letter: Some(letter), .. }) = fulfilled else {
                panic!("{fulfilled:?}")
            };
            letter
        };
        let letters: Vec<i64> = (0..20).map(mint).collect();
        let outbox = shop.fulfillment.outbox().unwrap();
        let sendings: Vec<_> = letters.into_iter().map(|letter| outbox.send_now(letter)).collect();
        for sending in sendings.into_iter().flatten() {
            drop(pollster::block_on(sending));
        }
        // Each of the two workers may have had one in hand.
        assert!((1..=2).contains(&shop.postbox.memory.attempts()));
        assert!(shop.licenses().iter().all(|license| license["letter"] == "queued"));
    }
}

fn time(json: &serde_json::Value) -> Timestamp {
    json.as_str().unwrap().parse().unwrap()
}
