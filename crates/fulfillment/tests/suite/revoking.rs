//! The revocation list: true, published, and never with a serial that another list had.

use crate::support::{Ping, Shop, ShopBuilder};
use jiff::{SignedDuration, Timestamp};
use mintmark_fulfillment::{Fulfillment, Role};
use mintmark_licensing::{Keyring, RevocationList, Verified};
use mintmark_storage::{LicenseState, LicenseStatus, on_both_databases};
use std::os::unix::fs::PermissionsExt as _;

const REVOKED: LicenseState = LicenseState { status: LicenseStatus::Revoked, ..LicenseState::NEW };

on_both_databases! {
    fn the_first_list_is_empty_and_there_from_the_start(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        assert_eq!(shop.fulfillment.revocation_list(), None);
        let list = published(&shop.fulfillment, shop.clock.now());
        assert_eq!((list.serial(), list.license_count(), list.revoked_keys().len()), (1, 0, 0));
        assert_eq!(list.issued_at(), shop.clock.now().as_second());
        assert_eq!(list.next_update() - list.issued_at(), 7 * 24 * 60 * 60);
    }

    fn a_license_that_is_taken_back_is_revoked_in_apps_until_it_runs_again(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        shop.receive(&Ping::sale());
        let (license, id) = (shop.proved(), shop.license()["id"].as_str().unwrap().to_owned());
        assert!(!published(&shop.fulfillment, shop.clock.now()).revokes(&license));
        let mut serial = 1;
        for status in [LicenseStatus::Suspended, LicenseStatus::Ended, LicenseStatus::Revoked] {
            for state in [LicenseState { status, ..LicenseState::NEW }, LicenseState::NEW] {
                database.change_license(&id, state.clone());
                let list = published(&shop.fulfillment, shop.clock.now());
                serial += 1;
                assert_eq!((list.serial(), list.revokes(&license)), (serial, state != LicenseState::NEW), "{status}");
            }
        }
    }

    fn a_sale_or_a_second_look_makes_no_new_list(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        let first = text(&shop.fulfillment, shop.clock.now());
        shop.receive(&Ping::sale());
        shop.clock.advance(SignedDuration::from_hours(3 * 24));
        assert_eq!(text(&shop.fulfillment, shop.clock.now()), first);
    }

    fn a_list_whose_term_is_half_over_is_replaced_by_one_of_the_same_content(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        published(&shop.fulfillment, shop.clock.now());
        shop.clock.advance(SignedDuration::from_hours(7 * 12));
        let list = published(&shop.fulfillment, shop.clock.now());
        assert_eq!((list.serial(), list.issued_at(), list.license_count()), (2, shop.clock.now().as_second(), 0));
    }

    fn programs_beside_each_other_publish_one_list(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        shop.receive(&Ping::sale());
        database.change_license(shop.license()["id"].as_str().unwrap(), REVOKED);
        let beside = shop.builder.open(Role::Tool).unwrap();
        let mut texts = vec![text(&shop.fulfillment, shop.clock.now()), text(&beside, shop.clock.now())];
        std::thread::scope(|scope| {
            let tries: Vec<_> = [&shop.fulfillment, &beside].into_iter().cycle().take(8)
                .map(|one| scope.spawn(|| text(one, shop.clock.now()))).collect();
            texts.extend(tries.into_iter().map(|one| one.join().unwrap()));
        });
        texts.dedup();
        assert_eq!(texts.len(), 1);
    }

    fn the_list_is_a_file_of_the_data_folder(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        shop.receive(&Ping::sale());
        let path = file(&shop.builder);
        for state in [LicenseState::NEW, REVOKED] {
            database.change_license(shop.license()["id"].as_str().unwrap(), state);
            let text = text(&shop.fulfillment, shop.clock.now());
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(!path.with_extension("draft").exists());
    }

    fn a_list_that_cannot_be_written_into_its_file_is_published_all_the_same(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        std::fs::create_dir(file(&shop.builder)).unwrap();
        assert_eq!(published(&shop.fulfillment, shop.clock.now()).serial(), 1);
    }

    fn a_database_of_a_backup_goes_on_behind_the_list_in_the_data_folder(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        let lists = [0, 4, 4].map(|days| {
            shop.clock.advance(SignedDuration::from_hours(days * 24));
            text(&shop.fulfillment, shop.clock.now())
        });
        let [first, .., third] = &lists;
        database.restore_revocation_list(1, first);
        std::fs::write(file(&shop.builder), third).unwrap();
        let shop = shop.restarted();
        assert_eq!(published(&shop.fulfillment, shop.clock.now()).serial(), 4);
        assert_eq!(published(&shop.fulfillment, shop.clock.now()).serial(), 4);
    }
}

fn text(fulfillment: &Fulfillment, now: Timestamp) -> String {
    fulfillment.publish_revocations(now).unwrap();
    let list = fulfillment.revocation_list().unwrap();
    assert_eq!(fulfillment.records().revocation_list().unwrap().as_ref(), Some(&*list));
    list.text.clone()
}

/// The list as an app sees it that trusts this installation.
pub(crate) fn published(fulfillment: &Fulfillment, now: Timestamp) -> Verified<RevocationList> {
    let ring = Keyring::new([fulfillment.public_key()]).unwrap();
    let ring = ring.with_revocation_keys([fulfillment.revocation_public_key()]).unwrap();
    ring.verify_revocation_list(&text(fulfillment, now)).unwrap()
}

fn file(builder: &ShopBuilder) -> std::path::PathBuf {
    builder.data_folder().join("revocations.txt")
}
