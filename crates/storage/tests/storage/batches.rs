//! Writes that share a transaction: each is answered for itself.

use crate::examples::{issue, new_letter, open, ping, record};
use mintmark_storage::testing::WriteLock;
use mintmark_storage::{Issue, Issued, NewDelivery, Outcome, Pending, Store, on_both_databases};

on_both_databases! {
    fn each_delivery_of_a_batch_gets_its_own_number(database: TestDatabase) {
        let store = open(&database);
        let bodies: Vec<Vec<u8>> = (0..300).map(|number: u32| number.to_be_bytes().to_vec()).collect();
        let lock = WriteLock::take(&database);
        let new = |body: &Vec<u8>| NewDelivery { body: body.clone(), ..ping(0) };
        let pending: Vec<_> = bodies.iter().map(|body| store.record(new(body))).collect();
        drop(lock);
        for (body, pending) in bodies.iter().zip(pending) {
            let delivery = pending.wait().expect("on record");
            assert_eq!(&delivery.recorded.body, body);
            let found = store.delivery(delivery.id).expect("an answer").expect("the delivery");
            assert_eq!((&found.recorded.body, found.attempt), (body, 1));
        }
    }

    fn each_issue_of_a_batch_is_answered_for_its_own_order(database: TestDatabase) {
        let store = open(&database);
        let orders: Vec<String> = (0..60).map(|number| format!("S{}", number % 20)).collect();
        let told: Vec<_> = orders.iter().map(|order| (record(&store, 0), order)).collect();
        let lock = WriteLock::take(&database);
        let pending: Vec<_> =
            told.iter().map(|(delivery, order)| store.issue(issue(delivery, order))).collect();
        drop(lock);
        let mut minted = 0;
        for ((delivery, order), pending) in told.iter().zip(pending) {
            let (license, letter, expected) = match pending.wait().expect("issued") {
                Issued::Now(license, letter) => (license, letter, Outcome::Minted),
                Issued::Before(license, letter) => (license, letter.expect("a letter"), Outcome::Found),
                Issued::Contested => panic!("{order} has only been sold"),
            };
            minted += usize::from(expected == Outcome::Minted);
            assert_eq!((&license.terms.source_order_id, &letter.license_id), (*order, &license.terms.id));
            let row = store.audit_row(delivery.id).expect("an answer").expect("the row");
            assert_eq!((row.outcome, row.license_id), (Some(expected), Some(license.terms.id)));
            assert_eq!(store.attempts(delivery.id).expect("a list").len(), 1);
        }
        assert_eq!(minted, 20);
    }

    fn an_issue_that_cannot_be_written_leaves_its_neighbors_alone(database: TestDatabase) {
        let store = open(&database);
        let refused = |order: &str| Issue { letter: new_letter(""), ..issue(&record(&store, 0), order) };
        let issues = ["S1", "S2", "S3", "S4"].map(|order| match order {
            "S3" => refused(order),
            order => issue(&record(&store, 0), order),
        });
        let lock = WriteLock::take(&database);
        let pending: Vec<Pending<Issued>> = issues.into_iter().map(|issue| store.issue(issue)).collect();
        drop(lock);
        let written: Vec<bool> = pending.into_iter().map(|pending| pending.wait().is_ok()).collect();
        assert_eq!(written, [true, true, false, true]);
        assert_eq!(orders_with_a_license(&store), ["S4", "S2", "S1"]);
    }
}

fn orders_with_a_license(store: &Store) -> Vec<String> {
    let licenses = store.licenses(&Default::default()).expect("a list");
    licenses.into_iter().map(|license| license.terms.source_order_id).collect()
}

/// Only PostgreSQL refuses such a text; on SQLite nothing of a delivery can be refused.
#[test]
fn a_delivery_that_postgres_cannot_hold_leaves_its_neighbors_alone() {
    let Some(database) = mintmark_storage::testing::TestDatabase::postgres() else { return };
    let store = open(&database);
    let lock = WriteLock::take(&database);
    let labels = ["one", "t\0o", "three", "four"];
    let new = |label: &str| NewDelivery { secret_label: Some(label.to_owned()), ..ping(0) };
    let pending = labels.map(|label| store.record(new(label)));
    drop(lock);
    assert_eq!(pending.map(|pending| pending.wait().is_ok()), [true, false, true, true]);
}
