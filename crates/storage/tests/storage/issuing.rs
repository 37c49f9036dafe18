//! Issuing: one license and one letter for each order, however often and wherever it is told.

use crate::examples::{at, conclusion, issue, mint, new_letter, new_license, open, open_as, record};
use mintmark_storage::{
    Access, AuditFilter, Issue, Issued, LetterState, License, LicenseFilter, LicenseState, LicenseStatus,
    NewLicense, Outcome, Revision, Store, Unfinished, on_both_databases,
};
use std::sync::Barrier;

on_both_databases! {
    fn license_letter_and_conclusion_are_written_together(database: TestDatabase) {
        let store = open(&database);
        let delivery = record(&store, 0);
        let asked = issue(&delivery, "S1");
        let Issued::Now(license, letter) = store.issue(asked.clone()).wait().expect("issued") else {
            panic!("the order had no license")
        };
        let now = asked.conclusion.at;
        assert_eq!(license, License { terms: asked.license, state: LicenseState::NEW, created_at: now });
        assert_eq!(store.license(&license.terms.id).expect("an answer"), Some(license.clone()));
        assert_eq!(store.letters(&license.terms.id).expect("a list"), std::slice::from_ref(&letter));
        assert_eq!((letter.state, letter.attempts, letter.resend_number), (LetterState::Queued, 0, 0));

        let row = store.audit_row(delivery.id).expect("an answer").expect("the row");
        assert_eq!((row.processed, row.outcome), (true, Some(Outcome::Minted)));
        assert_eq!((row.license_id, row.license_key), (Some(license.terms.id.clone()), Some(license.terms.key)));

        let events = store.license_events(&license.terms.id).expect("a list");
        assert_eq!(events.len(), 1);
        assert_eq!((events[0].event.as_str(), events[0].delivery_id), ("minted", Some(delivery.id)));
    }

    fn an_order_told_again_finds_its_license_and_its_letter(database: TestDatabase) {
        let store = open(&database);
        let (license, letter) = mint(&store, "S1");
        let again = record(&store, 1);
        let mut asked = issue(&again, "S1");
        (asked.license.id, asked.license.key) = ("other id".to_owned(), "other key".to_owned());
        let Issued::Before(found, found_letter) = store.issue(asked).wait().expect("found") else {
            panic!("a second license was made")
        };
        assert_eq!((found, found_letter), (license, Some(letter)));
        let row = store.audit_row(again.id).expect("an answer").expect("the row");
        assert_eq!((row.processed, row.outcome), (true, Some(Outcome::Found)));
        assert_eq!(row.license_key, Some("DT1-CORE-S1".to_owned()));
    }

    fn a_replay_of_the_delivery_that_minted_changes_nothing_but_the_count(database: TestDatabase) {
        let store = open(&database);
        let first = record(&store, 0);
        store.issue(issue(&first, "S1")).wait().expect("issued");
        let again = store.retry(first.id).wait().expect("an answer").expect("the delivery");
        assert!(matches!(store.issue(issue(&again, "S1")).wait(), Ok(Issued::Before(..))));
        let row = store.audit_row(first.id).expect("an answer").expect("the row");
        assert_eq!((row.outcome, row.attempts), (Some(Outcome::Minted), 2));
        let outcomes: Vec<_> =
            store.attempts(first.id).expect("a list").into_iter().map(|attempt| attempt.outcome).collect();
        assert_eq!(outcomes, [Some(Outcome::Minted), Some(Outcome::Found)]);
    }

    fn source_and_mode_tell_orders_of_one_name_apart(database: TestDatabase) {
        let store = open(&database);
        mint(&store, "S1");
        let others: [fn(&mut NewLicense); 2] =
            [|new| new.source = "manual".to_owned(), |new| new.mode = "test".to_owned()];
        for (number, differ) in others.into_iter().enumerate() {
            let mut license = new_license("S1");
            (license.id, license.key) = (format!("license-{number}"), format!("DT1-CORE-{number}"));
            differ(&mut license);
            let delivery = record(&store, 1);
            assert!(matches!(store.issue(Issue { license, ..issue(&delivery, "S1") }).wait(), Ok(Issued::Now(..))));
        }
        assert_eq!(count(&store), 3);
    }

    fn an_order_of_which_something_else_was_told_is_contested_and_nothing_is_written(database: TestDatabase) {
        let store = open(&database);
        let refund = record(&store, 0);
        store.conclude(conclusion(&refund, "S1")).wait().expect("concluded");
        let sale = record(&store, 1);
        assert!(matches!(store.issue(issue(&sale, "S1")).wait(), Ok(Issued::Contested)));
        assert_eq!(count(&store), 0);
        assert!(store.attempts(sale.id).expect("a list").is_empty());
    }

    fn an_order_whose_license_does_not_run_is_contested(database: TestDatabase) {
        let store = open(&database);
        let (license, _) = mint(&store, "S1");
        let revoked = Revision {
            license_id: license.terms.id.clone(),
            license: license.terms.clone(),
            state: LicenseState { status: LicenseStatus::Revoked, ..LicenseState::NEW },
        };
        store.settle(at(1), move |ledger| ledger.revise(&revoked)).wait().expect("revoked");
        let again = record(&store, 2);
        assert!(matches!(store.issue(issue(&again, "S1")).wait(), Ok(Issued::Contested)));
        assert!(store.attempts(again.id).expect("a list").is_empty());
    }

    fn a_key_that_another_order_holds_is_an_error_and_leaves_no_trace(database: TestDatabase) {
        let store = open(&database);
        mint(&store, "S1");
        let delivery = record(&store, 1);
        let license = NewLicense { source_order_id: "S2".to_owned(), ..new_license("S1") };
        assert!(store.issue(Issue { license, ..issue(&delivery, "S2") }).wait().is_err());
        assert_eq!(count(&store), 1);
        assert!(store.attempts(delivery.id).expect("a list").is_empty());
    }

    fn a_letter_that_cannot_be_written_takes_its_license_with_it(database: TestDatabase) {
        let store = open(&database);
        let delivery = record(&store, 1);
        let refused = Issue { letter: new_letter(""), ..issue(&delivery, "S2") };
        assert!(store.issue(refused).wait().is_err());
        assert!(store.license("license-S2").expect("an answer").is_none());
        let unfinished = store.unfinished(crate::examples::at(100)).expect("a list");
        assert_eq!(unfinished, [Unfinished { id: delivery.id, attempts: 1 }]);
    }

    fn two_hundred_parallel_deliveries_of_one_order_make_one_license_and_one_letter(database: TestDatabase) {
        let store = open(&database);
        let start = Barrier::new(200);
        let tell = |second: i64| {
            start.wait();
            let delivery = record(&store, second);
            store.issue(issue(&delivery, "S1")).wait().expect("issued")
        };
        let issued: Vec<Issued> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..200).map(|second| scope.spawn(move || tell(second))).collect();
            threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
        });
        assert_eq!(issued.iter().filter(|issued| matches!(issued, Issued::Now(..))).count(), 1);
        assert_eq!(count(&store), 1);
        assert_eq!(store.letters("license-S1").expect("a list").len(), 1);

        let rows = store.audit_rows(&AuditFilter::default()).expect("a list");
        let ended = |outcome| rows.iter().filter(|row| row.outcome == Some(outcome) && row.processed).count();
        assert_eq!((rows.len(), ended(Outcome::Minted), ended(Outcome::Found)), (200, 1, 199));
    }

    fn two_processes_with_the_same_orders_in_opposite_sequence_do_not_wait_for_each_other(database: TestDatabase) {
        let server = open(&database);
        let other = open_as(&database, Access::Tool);
        let start = Barrier::new(2);
        let tell = |store: &Store, orders: Vec<u32>| {
            let told: Vec<_> = orders.into_iter().map(|order| (record(store, 0), format!("S{order}"))).collect();
            start.wait();
            let pending: Vec<_> =
                told.iter().map(|(delivery, order)| store.issue(issue(delivery, order))).collect();
            pending.into_iter().map(|pending| pending.wait().expect("issued")).collect::<Vec<_>>()
        };
        let issued: Vec<Issued> = std::thread::scope(|scope| {
            let up = scope.spawn(|| tell(&server, (0..300).collect()));
            let down = scope.spawn(|| tell(&other, (0..300).rev().collect()));
            [up, down].into_iter().flat_map(|thread| thread.join().expect("no panic")).collect()
        });
        assert_eq!(issued.iter().filter(|issued| matches!(issued, Issued::Now(..))).count(), 300);
        assert_eq!(count(&server), 300);
    }
}

fn count(store: &Store) -> usize {
    store.licenses(&LicenseFilter::default()).expect("a list").len()
}
