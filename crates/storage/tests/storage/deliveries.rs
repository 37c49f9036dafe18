//! Deliveries: on record byte for byte, and counted.

use crate::examples::{at, conclusion, failure, open, ping, record};
use jiff::Timestamp;
use mintmark_storage::{Delivery, NewDelivery, Origin, Store, on_both_databases};

on_both_databases! {
    fn an_attempt_that_is_forgiven_does_not_count(database: TestDatabase) {
        let store = open(&database);
        let first = record(&store, 0);
        let second = store.retry(first.id).wait().expect("an answer").expect("the delivery");
        store.forgive(&second).wait().expect("an answer");
        // Once: whoever forgives late must not take back another attempt's count.
        store.forgive(&second).wait().expect("an answer");
        assert_eq!(store.retry(first.id).wait().expect("an answer").expect("the delivery").attempt, 2);
    }

    fn a_delivery_comes_back_byte_for_byte(database: TestDatabase) {
        let store = open(&database);
        let new = NewDelivery {
            body: (0..=255).collect(),
            headers: r#"[["x","ü\u0000"]]"#.to_owned(),
            declared_size: Some(9_000_000_000),
            origin: Origin::Manual,
            ..ping(7)
        };
        let recorded = store.record(new.clone()).wait().expect("on record");
        assert_eq!(recorded.attempt, 1);
        let read = store.delivery(recorded.id).expect("an answer").expect("the delivery");
        for delivery in [&recorded, &read] {
            assert_same(delivery, &new);
        }
        assert_eq!(store.delivery(recorded.id + 1).expect("an answer").map(|delivery| delivery.id), None);
    }

    fn what_is_unknown_of_a_delivery_comes_back_as_unknown(database: TestDatabase) {
        let store = open(&database);
        let new = NewDelivery { remote_address: None, secret_label: None, content_type: None, body: vec![], ..ping(7) };
        let recorded = store.record(new.clone()).wait().expect("on record");
        assert_same(&store.delivery(recorded.id).expect("an answer").expect("the delivery"), &new);
    }

    fn every_attempt_is_counted_before_it_begins_whoever_makes_it(database: TestDatabase) {
        let store = open(&database);
        let delivery = record(&store, 0);
        let retries: Vec<_> = (0..20).map(|_| store.retry(delivery.id)).collect();
        let mut attempts: Vec<i64> = retries
            .into_iter()
            .map(|retry| retry.wait().expect("an answer").expect("the delivery").attempt)
            .collect();
        attempts.sort_unstable();
        assert_eq!(attempts, (2..=21).collect::<Vec<_>>());
        assert_eq!(store.delivery(delivery.id).expect("an answer").expect("the delivery").attempt, 21);
        assert!(store.retry(delivery.id + 1).wait().expect("an answer").is_none());
    }

    fn unfinished_is_what_was_never_concluded_oldest_first(database: TestDatabase) {
        let store = open(&database);
        let deliveries: Vec<Delivery> = (0..5).map(|second| record(&store, second)).collect();
        store.conclude(conclusion(&deliveries[1], "S1")).wait().expect("concluded");
        store.conclude(failure(&deliveries[2], "S2", "no entry")).wait().expect("concluded");
        let ids = |numbers: &[usize]| numbers.iter().map(|number| deliveries[*number].id).collect::<Vec<_>>();
        assert_eq!(unfinished(&store, at(100)), ids(&[0, 3, 4]));
        assert_eq!(unfinished(&store, at(4)), ids(&[0, 3]), "what has just come is still in hand");
        store.retry(deliveries[0].id).wait().expect("an answer");
        assert_eq!(unfinished(&store, at(1)), ids(&[0]), "an attempt begun is not an attempt ended");
    }
}

fn assert_same(delivery: &Delivery, new: &NewDelivery) {
    assert_eq!(delivery.recorded.source, new.source);
    assert_eq!(delivery.recorded.origin, new.origin);
    assert_eq!(delivery.recorded.received_at, new.received_at);
    assert_eq!(delivery.recorded.remote_address, new.remote_address);
    assert_eq!(delivery.recorded.secret_label, new.secret_label);
    assert_eq!(delivery.recorded.content_type, new.content_type);
    assert_eq!(delivery.recorded.headers, new.headers);
    assert_eq!(delivery.recorded.body, new.body);
    assert_eq!(delivery.recorded.declared_size, new.declared_size);
}

fn unfinished(store: &Store, before: Timestamp) -> Vec<i64> {
    store.unfinished(before).expect("a list").into_iter().map(|unfinished| unfinished.id).collect()
}
