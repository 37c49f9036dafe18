//! A fresh blob for a license key.

use crate::support::{Ping, Shop};
use mintmark_fulfillment::{FreshBlob, Refreshed};
use mintmark_storage::{LicenseState, LicenseStatus, on_both_databases};

on_both_databases! {
    fn the_newest_blob_is_found_however_the_key_is_typed(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        shop.receive(&Ping::sale());
        let license = shop.license();
        let key = license["key"].as_str().unwrap();
        let expected = FreshBlob {
            status: LicenseStatus::Active,
            blob: license["blob"].as_str().unwrap().to_owned(),
            seq: 1,
            expires_at: None,
        };
        for typed in [key.to_owned(), key.to_lowercase(), key.replace('-', " "), format!("\n {key}\t")] {
            assert_eq!(shop.fulfillment.refresh(&typed).unwrap(), Refreshed::Found(expected.clone()), "{typed}");
        }
    }

    fn a_license_that_does_not_run_has_its_newest_blob_and_its_status(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        shop.receive(&Ping::sale());
        let license = shop.license();
        for status in [LicenseStatus::Suspended, LicenseStatus::Revoked, LicenseStatus::Ended] {
            let state = LicenseState { status, ..LicenseState::NEW };
            database.change_license(license["id"].as_str().unwrap(), state);
            let refreshed = shop.fulfillment.refresh(license["key"].as_str().unwrap()).unwrap();
            let Refreshed::Found(fresh) = refreshed else { panic!("{refreshed:?}") };
            assert_eq!((fresh.status, &license["blob"]), (status, &fresh.blob.into()));
        }
    }

    fn a_key_of_no_license_is_unknown_and_what_is_no_key_is_said_to_be_none(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        shop.receive(&Ping::sale());
        let refresh = |typed: &str| shop.fulfillment.refresh(typed).unwrap();
        assert_eq!(refresh("DT1-CORE-XAHNW-KF2M0-55FP9-1EKNX"), Refreshed::Unknown);
        for typed in ["", "DT9-PRO", "DT1-CORE-XAHNW-KF2M0-55FP9-1EKNW", "S1", "jane.doe@example.com", "%"] {
            let refreshed = refresh(typed);
            let Refreshed::Unreadable(words) = &refreshed else { panic!("{typed}: {refreshed:?}") };
            assert!(typed.is_empty() || !words.contains(typed), "{words}");
        }
    }
}
