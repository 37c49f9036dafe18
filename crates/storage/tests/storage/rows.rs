//! The audit log: filtered, newest first, with the errors of letters derived.

use crate::examples::{
    at, claim, conclusion, failure, issue, mint, new_letter, open, ping, record, refused, resend, sent,
};
use mintmark_storage::{
    AuditFilter, AuditRow, Conclusion, Finish, Issue, LetterResult, LetterState, NewDelivery, NewLetter,
    Origin, Outcome, RowState, Store, on_both_databases,
};

on_both_databases! {
    fn a_row_that_nobody_looked_at_yet_says_so(database: TestDatabase) {
        let store = open(&database);
        let delivery = record(&store, 7);
        let row = store.audit_row(delivery.id).expect("an answer").expect("the row");
        assert_eq!((row.id, row.source.as_str(), row.origin), (delivery.id, "gumroad", Origin::Ping));
        assert_eq!((row.kind.as_str(), row.mode.as_str(), row.received_at), ("unknown", "live", at(7)));
        assert_eq!((row.processed, row.attempts, row.outcome), (false, 1, None));
        assert_eq!((row.order_id, row.error, row.reason), (None, None, None));
        assert_eq!((row.license_id, row.license_key), (None, None));
        assert!(store.audit_row(delivery.id + 1).expect("an answer").is_none());
    }

    fn rows_are_told_newest_first_page_by_page(database: TestDatabase) {
        let store = open(&database);
        let ids: Vec<i64> = (0..5).map(|second| record(&store, second).id).collect();
        assert_eq!(listed(&store, |_| {}), [ids[4], ids[3], ids[2], ids[1], ids[0]]);
        assert_eq!(listed(&store, |filter| filter.limit = Some(2)), [ids[4], ids[3]]);
        let next = |filter: &mut AuditFilter| (filter.limit, filter.before) = (Some(2), Some(ids[3]));
        assert_eq!(listed(&store, next), [ids[2], ids[1]]);
    }

    fn rows_are_filtered_by_source_time_and_order(database: TestDatabase) {
        let store = open(&database);
        let first = record(&store, 10);
        let manual = NewDelivery { source: "manual".to_owned(), ..ping(20) };
        let second = store.record(manual).wait().expect("on record");
        let third = record(&store, 30);
        let mut of_subscription = conclusion(&third, "SUB1");
        of_subscription.subject.sale_id = Some("S3".to_owned());
        store.conclude(of_subscription).wait().expect("concluded");
        store.conclude(conclusion(&first, "S1")).wait().expect("concluded");

        assert_eq!(listed(&store, |filter| filter.source = Some("manual".to_owned())), [second.id]);
        assert_eq!(listed(&store, |filter| filter.since = Some(at(20))), [third.id, second.id]);
        assert_eq!(listed(&store, |filter| filter.until = Some(at(20))), [first.id]);
        for (order, id) in [("SUB1", third.id), ("S3", third.id), ("S1", first.id)] {
            assert_eq!(listed(&store, |filter| filter.order = Some(order.to_owned())), [id], "{order}");
        }
        assert!(listed(&store, |filter| filter.order = Some("S9".to_owned())).is_empty());
    }

    fn unprocessed_is_what_has_something_left_to_do(database: TestDatabase) {
        let store = open(&database);
        let waiting = record(&store, 0);
        let failed = record(&store, 1);
        store.conclude(failure(&failed, "S1", "no entry")).wait().expect("concluded");
        mint(&store, "S2");
        let noted = record(&store, 3);
        let conclusion = Conclusion { outcome: Some(Outcome::Noted), ..conclusion(&noted, "S3") };
        store.conclude(conclusion).wait().expect("concluded");
        assert_eq!(listed(&store, |filter| filter.unprocessed = true), [failed.id, waiting.id]);
    }

    fn failed_is_what_has_an_error_of_its_own_or_of_its_letter(database: TestDatabase) {
        let store = open(&database);
        let by_itself = record(&store, 0);
        store.conclude(failure(&by_itself, "S1", "no entry")).wait().expect("concluded");
        let by_its_letter = record(&store, 1);
        let letter = NewLetter { unmailable: Some("no domain".to_owned()), ..new_letter("held") };
        store.issue(Issue { letter, ..issue(&by_its_letter, "S2") }).wait().expect("issued");
        record(&store, 2);
        mint(&store, "S4");
        assert_eq!(listed(&store, |filter| filter.failed = true), [by_its_letter.id, by_itself.id]);
        let both = |filter: &mut AuditFilter| (filter.failed, filter.unprocessed) = (true, true);
        assert_eq!(listed(&store, both), [by_itself.id]);
        let first_page = |filter: &mut AuditFilter| (filter.failed, filter.limit) = (true, Some(1));
        assert_eq!(listed(&store, first_page), [by_its_letter.id]);
    }

    fn every_state_has_its_rows(database: TestDatabase) {
        let store = open(&database);
        let waiting = record(&store, 0);
        let failed = record(&store, 1);
        store.conclude(failure(&failed, "S1", "no entry")).wait().expect("concluded");
        let held = record(&store, 2);
        let conclusion = Conclusion { outcome: Some(Outcome::Held), ..failure(&held, "S2", "two prices") };
        store.conclude(conclusion).wait().expect("concluded");
        mint(&store, "S3");
        let unsent = record(&store, 4);
        let letter = NewLetter { unmailable: Some("no domain".to_owned()), ..new_letter("held") };
        store.issue(Issue { letter, ..issue(&unsent, "S4") }).wait().expect("issued");
        let minted = held.id + 1;
        for (state, ids) in [
            (RowState::Failed, vec![unsent.id, held.id, failed.id]),
            (RowState::Unprocessed, vec![held.id, failed.id, waiting.id]),
            (RowState::Waiting, vec![waiting.id]),
            (RowState::Held, vec![held.id]),
            (RowState::Done, vec![minted]),
        ] {
            assert_eq!(listed(&store, |filter| filter.state = Some(state)), ids, "{state:?}");
        }
    }

    fn rows_are_found_by_product_and_buyer_with_a_license_and_without(database: TestDatabase) {
        let store = open(&database);
        let failed = record(&store, 1);
        store.conclude(failure(&failed, "S1", "no entry")).wait().expect("concluded");
        let other = record(&store, 2);
        let mut of_other = failure(&other, "S2", "no entry");
        of_other.subject.product_id = Some("P2".to_owned());
        of_other.subject.email = Some("bob@example.com".to_owned());
        store.conclude(of_other).wait().expect("concluded");
        mint(&store, "S3");
        let minted = other.id + 1;
        assert_eq!(listed(&store, |filter| filter.product = Some("P1".to_owned())), [minted, failed.id]);
        assert_eq!(listed(&store, |filter| filter.product = Some("P2".to_owned())), [other.id]);
        assert_eq!(listed(&store, |filter| filter.email = Some("Ada@Example.com".to_owned())), [minted, failed.id]);
        assert_eq!(listed(&store, |filter| filter.email = Some("bob@example.com".to_owned())), [other.id]);
        let row = store.audit_row(minted).expect("an answer").expect("the row");
        assert_eq!(row.product_id.as_deref(), Some("P1"));
    }

    fn rows_are_found_by_the_words_of_their_reasons(database: TestDatabase) {
        let store = open(&database);
        let failed = record(&store, 1);
        store.conclude(failure(&failed, "S1", "No entry: a_b 100%")).wait().expect("concluded");
        let ignored = record(&store, 2);
        let conclusion = Conclusion { reason: Some("test button".to_owned()), ..conclusion(&ignored, "S2") };
        store.conclude(conclusion).wait().expect("concluded");
        let unsent = record(&store, 3);
        let letter = NewLetter { unmailable: Some("no domain".to_owned()), ..new_letter("held") };
        store.issue(Issue { letter, ..issue(&unsent, "S4") }).wait().expect("issued");
        mint(&store, "S5");
        let found = |text: &str| listed(&store, |filter| filter.reason = Some(text.to_owned()));
        assert_eq!(found("no entry"), [failed.id]);
        assert_eq!(found("a_b 100%"), [failed.id]);
        assert_eq!(found("a%b"), [0; 0]);
        assert_eq!(found("BUTTON"), [ignored.id]);
        assert_eq!(found("email error: no dom"), [unsent.id]);
        assert_eq!(found("no"), [unsent.id, failed.id]);
    }

    fn rows_are_found_by_outcome_origin_and_kind(database: TestDatabase) {
        let store = open(&database);
        let noted = record(&store, 1);
        let mut refund = Conclusion { outcome: Some(Outcome::Noted), ..conclusion(&noted, "S1") };
        refund.subject.kind = "refund".to_owned();
        store.conclude(refund).wait().expect("concluded");
        let imported = NewDelivery { origin: Origin::Import, ..ping(2) };
        let imported = store.record(imported).wait().expect("on record");
        assert_eq!(listed(&store, |filter| filter.outcome = Some(Outcome::Noted)), [noted.id]);
        assert_eq!(listed(&store, |filter| filter.kind = Some("refund".to_owned())), [noted.id]);
        assert_eq!(listed(&store, |filter| filter.origin = Some(Origin::Import)), [imported.id]);
    }

    fn the_error_of_a_letter_is_told_until_the_letter_is_accepted(database: TestDatabase) {
        let store = open(&database);
        let (_, letter) = mint(&store, "S1");
        let send = |name: &str, attempts, result: LetterResult| {
            let taken = store.claim_letter(letter.id, attempts, claim(name)).wait().expect("an answer");
            assert!(taken.is_some());
            let row_in_between = row(&store);
            let finish = Finish { letter: letter.id, claim: name.to_owned(), result };
            store.finish_letters(vec![finish], at(140)).wait().expect("an answer");
            row_in_between
        };
        assert_eq!(send("first", 0, refused(LetterState::Queued, Some(200))).error, None);
        let told = row(&store);
        assert_eq!((told.processed, told.error.as_deref()), (true, Some("email error: 421 try again")));
        assert_eq!(listed(&store, |filter| filter.failed = true), [told.id]);
        send("second", 1, sent(LetterState::Accepted));
        assert_eq!(row(&store).error, None);
        assert!(listed(&store, |filter| filter.failed = true).is_empty());
    }

    fn the_error_of_a_letter_goes_with_the_letter_that_replaces_it(database: TestDatabase) {
        let store = open(&database);
        let delivery = record(&store, 0);
        let letter = NewLetter { unmailable: Some("no domain".to_owned()), ..new_letter("held") };
        store.issue(Issue { letter, ..issue(&delivery, "S1") }).wait().expect("issued");
        assert_eq!(row(&store).error.as_deref(), Some("email error: no domain"));
        resend(&store, "license-S1", new_letter("second"), 300);
        assert_eq!(row(&store).error, None);
        assert!(listed(&store, |filter| filter.failed = true).is_empty());
        assert_eq!(listed(&store, |_| {}), [delivery.id], "two letters are not two rows");
    }
}

fn listed(store: &Store, set: impl FnOnce(&mut AuditFilter)) -> Vec<i64> {
    let mut filter = AuditFilter::default();
    set(&mut filter);
    store.audit_rows(&filter).expect("a list").into_iter().map(|row| row.id).collect()
}

/// The one row there is.
fn row(store: &Store) -> AuditRow {
    let rows = store.audit_rows(&AuditFilter::default()).expect("a list");
    let [row] = rows.try_into().expect("one row");
    row
}
