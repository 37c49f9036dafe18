//! Conclusions: the latest of each delivery, and every attempt.

use crate::examples::{conclusion, failure, issue, numbers, open, record};
use mintmark_storage::{Conclusion, Outcome, on_both_databases};

on_both_databases! {
    fn a_conclusion_is_the_row_and_one_of_its_attempts(database: TestDatabase) {
        let store = open(&database);
        let first = record(&store, 0);
        let failed = failure(&first, "S1", "no entry in config/products.yaml: gumroad/P1");
        store.conclude(failed.clone()).wait().expect("concluded");
        let second = store.retry(first.id).wait().expect("an answer").expect("the delivery");
        let noted = Conclusion { outcome: Some(Outcome::Noted), ..conclusion(&second, "S1") };
        store.conclude(noted.clone()).wait().expect("concluded");

        let attempts = store.attempts(first.id).expect("a list");
        assert_eq!(numbers(&attempts), [1, 2]);
        assert_eq!((attempts[0].outcome, &attempts[0].error), (None, &failed.error));
        assert_eq!((attempts[1].outcome, &attempts[1].error), (Some(Outcome::Noted), &None));
        assert_eq!(attempts[1].at, noted.at);

        let row = store.audit_row(first.id).expect("an answer").expect("the row");
        assert_eq!((row.processed, row.attempts, row.outcome, row.error), (true, 2, Some(Outcome::Noted), None));
    }

    fn a_late_attempt_that_did_nothing_does_not_undo_what_a_later_one_did(database: TestDatabase) {
        let store = open(&database);
        let first = record(&store, 0);
        let second = store.retry(first.id).wait().expect("an answer").expect("the delivery");
        store.issue(issue(&second, "S1")).wait().expect("issued");
        store.conclude(failure(&first, "S1", "no entry")).wait().expect("concluded");
        let row = store.audit_row(first.id).expect("an answer").expect("the row");
        assert_eq!((row.processed, row.outcome, row.error), (true, Some(Outcome::Minted), None));
        assert_eq!(row.license_key, Some("DT1-CORE-S1".to_owned()));
        assert_eq!(numbers(&store.attempts(first.id).expect("a list")), [2, 1]);
    }

    fn a_later_attempt_may_say_that_something_is_left_to_do(database: TestDatabase) {
        let store = open(&database);
        let first = record(&store, 0);
        store.conclude(conclusion(&first, "S1")).wait().expect("concluded");
        let second = store.retry(first.id).wait().expect("an answer").expect("the delivery");
        store.conclude(failure(&second, "S1", "no entry")).wait().expect("concluded");
        let row = store.audit_row(first.id).expect("an answer").expect("the row");
        assert_eq!((row.processed, row.error), (false, Some("no entry".to_owned())));
    }

    fn nothing_is_concluded_of_what_was_never_recorded(database: TestDatabase) {
        let store = open(&database);
        let mut delivery = record(&store, 0);
        delivery.id += 1;
        assert!(store.conclude(conclusion(&delivery, "S1")).wait().is_err());
        assert!(store.issue(issue(&delivery, "S1")).wait().is_err());
        assert!(store.license("license-S1").expect("an answer").is_none(), "the license went with its conclusion");
    }
}
