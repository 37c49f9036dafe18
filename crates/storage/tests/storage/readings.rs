//! What waits for a store's own word, what it said, and what is on record of its sales.

use crate::examples::{at, conclusion, failure, issue, open, record};
use mintmark_storage::{Conclusion, Store, Subject, on_both_databases};

/// Leaves a delivery of `order` open until the store has been asked.
fn defer(store: &Store, order: &str) -> i64 {
    let delivery = record(store, 1);
    let conclusion = Conclusion { processed: false, ..conclusion(&delivery, order) };
    store.settle(at(2), move |ledger| ledger.defer(&conclusion, at(2))).wait().expect("it is written");
    delivery.id
}

fn ids(store: &Store, named: &[&str]) -> Vec<i64> {
    let named: Vec<String> = named.iter().map(|id| (*id).to_owned()).collect();
    store.recall("gumroad", &named).expect("an answer").iter().map(|recalled| recalled.delivery.id).collect()
}

on_both_databases! {
    fn a_question_is_one_servers_until_its_lease_ends(database: TestDatabase) {
        let store = open(&database);
        let [first, second] = ["A", "B"].map(|order| defer(&store, order));
        assert_eq!(store.to_verify(at(1), 10).expect("an answer"), Vec::<i64>::new());
        assert_eq!(store.to_verify(at(2), 10).expect("an answer"), [first, second]);
        let claim = |now: i64| store.claim_to_verify(vec![first, second], at(now), at(now + 60)).wait().expect("it is written");
        assert_eq!((claim(2), claim(3)), (vec![first, second], vec![]));
        assert_eq!(claim(62), [first, second]);
        store.postpone_verifying(first, at(500)).wait().expect("it is written");
        assert_eq!(store.to_verify(at(200), 10).expect("an answer"), [second]);
        assert!(store.unfinished(at(1000)).expect("an answer").is_empty(), "nobody has to finish it");
    }

    fn whatever_ends_an_attempt_ends_the_waiting(database: TestDatabase) {
        let store = open(&database);
        let waiting = ["A", "B", "C"].map(|order| defer(&store, order));
        let retried = waiting.map(|id| store.retry(id).wait().expect("it is written").expect("it is there"));
        store.conclude(failure(&retried[0], "A", "held")).wait().expect("it is written");
        store.issue(issue(&retried[1], "B")).wait().expect("it is written");
        let last = conclusion(&retried[2], "C");
        store.settle(at(5), move |ledger| ledger.conclude(&last, None, None)).wait().expect("it is written");
        assert_eq!(store.to_verify(at(1000), 10).expect("an answer"), Vec::<i64>::new());
        store.postpone_verifying(waiting[0], at(7)).wait().expect("it is written");
        assert_eq!(store.to_verify(at(1000), 10).expect("an answer"), Vec::<i64>::new(), "it stays answered");
    }

    fn the_stores_word_is_kept_as_it_was_last(database: TestDatabase) {
        let store = open(&database);
        let id = defer(&store, "A");
        assert_eq!(reading(&store, id), None);
        for word in ["first", "second"] {
            store.write_reading(id, word.to_owned(), at(3)).wait().expect("it is written");
            assert_eq!(reading(&store, id).as_deref(), Some(word));
        }
        let recalled = store.recall("gumroad", &["A".to_owned()]).expect("an answer").remove(0);
        assert_eq!((recalled.reading.as_deref(), recalled.is_unverified), (Some("second"), true));
    }

    fn sales_are_recalled_by_their_charges_and_their_orders(database: TestDatabase) {
        let store = open(&database);
        let charge = |mode: &str, sale: &str| {
            let delivery = record(&store, 1);
            let subject = Subject { mode: mode.to_owned(), sale_id: Some(sale.to_owned()), ..conclusion(&delivery, "sub").subject };
            store.conclude(Conclusion { subject, ..conclusion(&delivery, "sub") }).wait().expect("it is written");
            delivery.id
        };
        let (first, second) = (charge("live", "one"), charge("live", "two"));
        charge("test", "one");
        let in_flight = record(&store, 1);
        assert_eq!(ids(&store, &["two"]), [second]);
        assert_eq!(ids(&store, &["sub", "one"]), [first, second]);
        assert!(!ids(&store, &["sub"]).contains(&in_flight.id));
        assert_eq!(ids(&store, &[]), Vec::<i64>::new());
        assert!(store.recall("manual", &["sub".to_owned()]).expect("an answer").is_empty());
    }
}

/// What comes with the delivery, for whoever tries it again.
fn reading(store: &Store, id: i64) -> Option<String> {
    store.retry(id).wait().expect("an answer").expect("the delivery").reading
}
