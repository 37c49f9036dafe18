//! Deliveries whose fulfilling was cut off, or whose bodies were.

use crate::support::{Ping, SECRET, Shop};
use jiff::SignedDuration;
use mintmark_fulfillment::{Arrival, ArrivedBody, Outcome, Replayed, Role};
use mintmark_storage::testing::TestDatabase;
use mintmark_storage::{
    Access, Conclusion, Issue, LetterKind, NewLetter, NewLicense, Store, Subject, on_both_databases,
};
use std::sync::Arc;

on_both_databases! {
    fn what_was_recorded_and_not_finished_is_finished(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        shop.record(&Ping::sale());
        shop.record(&Ping::sale().without("email"));
        assert_eq!((shop.row().attempts, shop.row().processed), (1, false));

        shop.clock.advance(SignedDuration::from_secs(1));
        let now = shop.clock.now();
        assert_eq!(shop.fulfillment.finish_unfinished(now, now).unwrap(), 2);
        shop.postbox.wait_for(1);
        let rows = shop.rows();
        assert_eq!((rows[0].outcome, rows[0].attempts), (Some(Outcome::Minted), 2));
        assert_eq!(rows[1].error.as_deref(), Some("missing field: email"));
        assert_eq!(shop.fulfillment.finish_unfinished(now, now).unwrap(), 0);
    }

    fn a_delivery_that_somebody_may_have_in_hand_is_left_alone(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        shop.record(&Ping::sale());
        let now = shop.clock.now();
        assert_eq!(shop.fulfillment.finish_unfinished(now, now).unwrap(), 0);
    }

    fn the_sweeper_finishes_at_its_start_what_was_left_behind(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        shop.record(&Ping::sale());
        // Beside other servers, what has just come may be in the hands of one of them.
        shop.clock.advance(SignedDuration::from_secs(16));
        let Shop { fulfillment, postbox, fallback, clock, builder } = shop.restarted();
        let fulfillment = Arc::new(fulfillment);
        drop(fulfillment.start_sweeper(clock.as_clock()).unwrap());
        let fulfillment = Arc::into_inner(fulfillment).expect("the sweeper has ended");
        let shop = Shop { fulfillment, postbox, fallback, clock, builder };
        assert_eq!(shop.row().outcome, Some(Outcome::Minted));
    }

    fn what_interrupts_every_attempt_is_parked_for_a_person(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        let delivery = shop.record(&Ping::sale());
        let store = Store::open(&database.url, Access::Tool).unwrap();
        for _ in 2..=5 {
            store.retry(delivery.id).wait().unwrap();
        }
        shop.clock.advance(SignedDuration::from_secs(1));
        let now = shop.clock.now();
        shop.fulfillment.finish_unfinished(now, now).unwrap();
        let row = shop.row();
        assert_eq!(row.error.as_deref(), Some("given up: 5 attempts did not come to an end"));
        assert_eq!(shop.fulfillment.finish_unfinished(now, now).unwrap(), 0);

        assert_eq!(shop.replay(), Replayed::Fulfilled);
        shop.license();
    }

    fn a_delivery_that_fails_does_not_keep_the_others_waiting(database: TestDatabase) {
        let shop = Shop::on(&database).with_known_keys().opened();
        give_the_license_of("sale-1", "another-order", &shop, &Store::open(&database.url, Access::Tool).unwrap());
        shop.record(&Ping::sale());
        shop.record(&Ping::sale().with("sale_id", "sale-2"));

        shop.clock.advance(SignedDuration::from_secs(1));
        let now = shop.clock.now();
        assert_eq!(shop.fulfillment.finish_unfinished(now, now).unwrap(), 1);
        let outcomes: Vec<_> = shop.rows().iter().skip(1).map(|row| row.outcome).collect();
        assert_eq!(outcomes, [None, Some(Outcome::Minted)]);
        // The other one is tried again until it is parked.
        for _attempt in 3..=5 {
            assert_eq!(shop.fulfillment.finish_unfinished(now, now).unwrap(), 0);
        }
        assert_eq!(shop.fulfillment.finish_unfinished(now, now).unwrap(), 1);
        assert_eq!(shop.rows()[1].error.as_deref(), Some("given up: 5 attempts did not come to an end"));
    }

    fn a_body_that_is_too_large_is_kept_in_part_and_mints_nothing(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        let beginning = Ping::sale().body();
        let arrival = Arrival {
            headers: Vec::new(),
            remote_address: None,
            body: ArrivedBody::Beginning { bytes: beginning.clone(), size: 300_000 },
        };
        let admitted = shop.admit(SECRET).unwrap();
        let delivery = shop.fulfillment.accept(admitted, arrival, shop.clock.now()).wait().unwrap();
        assert_eq!(shop.finish(&delivery), "not minted: body too large");
        assert_eq!((delivery.recorded.body, delivery.recorded.declared_size), (beginning, Some(300_000)));
        let shown = shop.fulfillment.records().delivery_json(delivery.id).unwrap();
        assert_eq!((&shown["processed"], &shown["declared_size"]), (&false.into(), &300_000.into()));
        assert_eq!(shop.replay(), Replayed::FailedAgain);
    }

    fn a_command_line_replays_beside_the_server(database: TestDatabase) {
        let shop = Shop::on(&database).selling("gumroad: {}").opened();
        shop.receive(&Ping::sale());
        shop.builder.mend_catalog("gumroad: { datatools-core: core }");
        let tool = shop.builder.open(Role::Tool).unwrap();
        let (replayed, row) = tool.replay(&[shop.row().id], shop.clock.now()).unwrap().remove(0).unwrap();
        assert_eq!((replayed, row.outcome), (Replayed::Fulfilled, Some(Outcome::Minted)));
        // The server's outbox sends what the command line has queued.
        shop.postbox.wait_for(1);
    }
}

/// Damages the database: the order's license, which only the order itself can be given, belongs to another one.
fn give_the_license_of(order: &str, other: &str, shop: &Shop, store: &Store) {
    let elsewhere = TestDatabase::sqlite();
    let rightful = Shop::on(&elsewhere).with_known_keys().opened();
    rightful.receive(&Ping::sale().with("sale_id", order));
    let license = rightful.fulfillment.records().licenses_named(order).unwrap().remove(0).terms;
    let license = NewLicense { source_order_id: other.to_owned(), ..license };
    let now = shop.clock.now();
    let letter = NewLetter {
        kind: LetterKind::License,
        mail_uid: "a-letter".to_owned(),
        template: "license".to_owned(),
        download: None,
        recipient: String::new(),
        unmailable: Some("of no use".to_owned()),
        not_before: now,
    };
    let delivery = shop.record(&Ping::sale().with("sale_id", other));
    let conclusion = Conclusion {
        delivery_id: delivery.id,
        attempt: delivery.attempt,
        at: now,
        subject: Subject {
            kind: "sale".to_owned(),
            mode: "live".to_owned(),
            order_id: None,
            sale_id: None,
            product_id: None,
            email: None,
        },
        processed: true,
        outcome: None,
        error: None,
        reason: None,
    };
    store.issue(Issue { license, letter, conclusion }).wait().unwrap();
}
