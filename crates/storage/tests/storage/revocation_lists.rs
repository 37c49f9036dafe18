//! Revocation lists: what they have to name, and that no serial is given away twice.

use crate::examples::{at, mint, open, record};
use mintmark_storage::{
    Change, LicenseState, LicenseStatus, Published, Revision, RevocationList, Store, on_both_databases,
};

on_both_databases! {
    fn a_list_names_what_does_not_run_and_what_was_shortened(database: TestDatabase) {
        let store = open(&database);
        for order in ["RUNS", "SHORT", "ENDED", "REVOKED", "SUSPENDED"] {
            mint(&store, order);
        }
        assert_eq!(named(&store, 10), []);
        revise(&store, "SHORT", 3, LicenseState { void_below: 3, ..LicenseState::NEW });
        revise(&store, "ENDED", 4, LicenseState { status: LicenseStatus::Ended, ..LicenseState::NEW });
        let revoked = LicenseState { status: LicenseStatus::Revoked, void_below: 2, ..LicenseState::NEW };
        revise(&store, "REVOKED", 2, revoked);
        let suspended = LicenseState { status: LicenseStatus::Suspended, void_below: 9, ..LicenseState::NEW };
        revise(&store, "SUSPENDED", 2, suspended);
        let named_now = [("SUSPENDED", 9), ("REVOKED", 3), ("ENDED", 5), ("SHORT", 3)];
        assert_eq!(named(&store, 10), named_now.map(|(order, seq)| (format!("license-{order}"), seq)));
        assert_eq!(named(&store, 2).len(), 2);
        revise(&store, "SUSPENDED", 2, LicenseState::NEW);
        assert_eq!(named(&store, 10).len(), 3);
    }

    fn the_mark_differs_with_every_change_of_a_license_and_with_no_sale(database: TestDatabase) {
        let store = open(&database);
        mint(&store, "S1");
        let before = store.revocation_mark().expect("a mark");
        mint(&store, "S2");
        record(&store, 5);
        assert_eq!(store.revocation_mark().expect("a mark"), before);
        revise(&store, "S1", 1, LicenseState { status: LicenseStatus::Revoked, ..LicenseState::NEW });
        let revoked = store.revocation_mark().expect("a mark");
        assert!(revoked.differs_in_licenses(&before));
        revise(&store, "S1", 1, LicenseState::NEW);
        let reinstated = store.revocation_mark().expect("a mark");
        assert!(reinstated.differs_in_licenses(&revoked));
        assert_eq!(store.publish_revocation_list(list(1)).wait().expect("an answer"), Published::Now);
        let listed = store.revocation_mark().expect("a mark");
        assert_eq!((reinstated.newest_list, listed.newest_list), (None, Some(1)));
        assert!(!listed.differs_in_licenses(&reinstated));
    }

    fn the_newest_list_comes_back_whole_and_alone(database: TestDatabase) {
        let store = open(&database);
        assert_eq!(store.newest_revocation_list().expect("an answer"), None);
        for serial in [1, 2, 7] {
            assert_eq!(store.publish_revocation_list(list(serial)).wait().expect("an answer"), Published::Now);
            assert_eq!(store.newest_revocation_list().expect("an answer"), Some(list(serial)));
        }
    }

    fn of_many_servers_one_publishes_a_serial_and_an_earlier_one_never_comes_again(database: TestDatabase) {
        let store = open(&database);
        let publish = |serial| store.publish_revocation_list(list(serial));
        let pending: Vec<_> = (0..20).map(|_| publish(5)).collect();
        let answers: Vec<Published> = pending.into_iter().map(|one| one.wait().expect("an answer")).collect();
        assert_eq!(answers.iter().filter(|answer| **answer == Published::Now).count(), 1);
        assert_eq!(publish(4).wait().expect("an answer"), Published::Outrun);
        assert_eq!(store.newest_revocation_list().expect("an answer"), Some(list(5)));
    }

    fn a_license_is_found_by_its_key_and_by_nothing_else(database: TestDatabase) {
        let store = open(&database);
        mint(&store, "S1");
        let found = |key: &str| store.license_with_key(key).expect("an answer").map(|license| license.terms.id);
        assert_eq!(found("DT1-CORE-S1").as_deref(), Some("license-S1"));
        assert_eq!(["license-S1", "S1", "ada@example.com", "DT1-CORE-S2", ""].map(found), [(); 5].map(|()| None));
    }
}

fn list(serial: i64) -> RevocationList {
    RevocationList { serial, made_at: at(1), next_at: at(2), licenses: 3, text: format!("DTREV1:{serial}") }
}

fn named(store: &Store, limit: i64) -> Vec<(String, i64)> {
    let revocations = store.revocations(limit).expect("an answer");
    revocations.into_iter().map(|one| (one.license_id, one.smallest_seq)).collect()
}

fn revise(store: &Store, order: &str, seq: i64, state: LicenseState) {
    let license_id = format!("license-{order}");
    let mut license = store.license(&license_id).expect("an answer").expect("the license").terms;
    license.seq = seq;
    let change = move |ledger: &mut mintmark_storage::Ledger<'_>| {
        ledger.revise(&Revision { license_id: license_id.clone(), license, state })?;
        ledger.add_change(&license_id, &Change { event: "changed", delivery_id: None, detail: None })
    };
    store.settle(at(500), change).wait().expect("it is changed");
}
