//! Licenses: found by whatever name a person has for them.

use crate::examples::{at, issue, mint, new_letter, open, record};
use mintmark_storage::{Issue, LicenseFilter, Store, on_both_databases};

on_both_databases! {
    fn a_license_is_found_by_id_key_order_and_address(database: TestDatabase) {
        let store = open(&database);
        mint(&store, "S1");
        mint(&store, "S2");
        assert_eq!(orders(&store, Some("license-S1"), None), ["S1"]);
        assert_eq!(orders(&store, Some("DT1-CORE-S2"), None), ["S2"]);
        assert_eq!(orders(&store, Some("S2"), None), ["S2"]);
        assert_eq!(orders(&store, Some("ada@example.com"), None).len(), 2);
        assert!(orders(&store, Some("S3"), None).is_empty());
    }

    fn licenses_are_listed_newest_first_and_no_more_than_asked_for(database: TestDatabase) {
        let store = open(&database);
        for order in ["S1", "S2", "S3"] {
            let delivery = record(&store, 0);
            store.issue(issue(&delivery, order)).wait().expect("issued");
        }
        assert_eq!(orders(&store, None, None), ["S3", "S2", "S1"]);
        assert_eq!(orders(&store, None, Some(2)), ["S3", "S2"]);
    }

    fn the_terms_of_a_license_come_back_whole(database: TestDatabase) {
        let store = open(&database);
        let delivery = record(&store, 0);
        let mut asked = issue(&delivery, "S1");
        asked.license.name = "Zoë 🎉".to_owned();
        asked.license.seats = 9_000_000_000;
        asked.license.expires_at = Some(at(-2_000_000_000));
        asked.license.updates_until = None;
        store.issue(asked.clone()).wait().expect("issued");
        let license = store.license("license-S1").expect("an answer").expect("the license");
        assert_eq!(license.terms, asked.license);
    }

    fn licenses_are_found_by_parts_of_what_they_say(database: TestDatabase) {
        let store = open(&database);
        for order in ["Sale_1", "Sale%2"] {
            let delivery = record(&store, 0);
            store.issue(issue(&delivery, order)).wait().expect("issued");
        }
        let found = |words: &[&str]| {
            let words = words.iter().map(|word| (*word).to_owned()).collect();
            let filter = LicenseFilter { words, ..LicenseFilter::default() };
            let licenses = store.licenses(&filter).expect("a list");
            licenses.into_iter().map(|license| license.terms.source_order_id).collect::<Vec<_>>()
        };
        assert_eq!(found(&["sALE"]), ["Sale%2", "Sale_1"]);
        assert_eq!((found(&["e_1"]), found(&["%"])), (vec!["Sale_1".to_owned()], vec!["Sale%2".to_owned()]));
        assert_eq!((found(&["sale", "%2", "license-"]).len(), found(&["sale", "nobody"]).len()), (1, 0));
    }

    fn what_happened_to_a_license_is_told_oldest_first(database: TestDatabase) {
        let store = open(&database);
        let delivery = record(&store, 0);
        let asked = Issue { letter: new_letter("first"), ..issue(&delivery, "S1") };
        store.issue(asked).wait().expect("issued");
        let detail = Some("to grace@example.com".to_owned());
        let second = vec![("license-S1".to_owned(), new_letter("second"))];
        store.resend(second, detail, at(500)).wait().expect("resent");
        let events: Vec<_> = store
            .license_events("license-S1")
            .expect("a list")
            .into_iter()
            .map(|event| (event.event, event.at, event.delivery_id, event.detail))
            .collect();
        let resent = ("resent".to_owned(), at(500), None, Some("to grace@example.com".to_owned()));
        assert_eq!(events, [("minted".to_owned(), at(101), Some(delivery.id), None), resent]);
    }
}

fn orders(store: &Store, named: Option<&str>, limit: Option<i64>) -> Vec<String> {
    let filter = LicenseFilter { named: named.map(str::to_owned), limit, ..LicenseFilter::default() };
    let licenses = store.licenses(&filter).expect("a list");
    licenses.into_iter().map(|license| license.terms.source_order_id).collect()
}
