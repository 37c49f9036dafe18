//! The signing key is rotated: by plan, after a compromise, and cut off at every step.

use crate::support::{Ping, Shop, ShopBuilder, TestClock};
use jiff::{SignedDuration, Timestamp};
use mintmark_fulfillment::{
    Error, Letters, Occasion, PublicKeys, Role, Standby, Verdict, check_keys, make_keys, make_standby_key,
    rotate,
};
use mintmark_licensing::{Keyring, Verifier};
use mintmark_storage::{on_both_databases, testing::TestDatabase};
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

const ACTIVE: &str = "signing-key.pk8";
const STANDBY: &str = "standby-key.pk8";

on_both_databases! {
    fn the_standby_key_signs_after_a_rotation_and_the_old_one_is_kept(database: TestDatabase) {
        let shop = Shop::on(&database).opened();
        shop.receive(&Ping::sale());
        let builder = closed(shop);
        let Standby::Made(standby) = make_standby_key(&builder.settings(), now()).unwrap() else { panic!("made") };
        assert_eq!(make_standby_key(&builder.settings(), now()).unwrap(), Standby::Kept(standby));
        assert_eq!(mode(&builder.data_folder().join(STANDBY)), 0o600);
        let before = PublicKeys::read(&builder.settings()).unwrap();
        assert_eq!(before.standby, Some(standby));

        let rotated = rotate(&builder.settings(), Occasion::Routine, now()).unwrap();
        assert_eq!((rotated.active, rotated.retired), (standby, Some(before.active)));
        let after = PublicKeys::read(&builder.settings()).unwrap();
        assert_eq!((after.active, after.standby, after.retired), (standby, None, vec![before.active]));
        let retired = builder.data_folder().join(format!("retired-key-{}.pk8", before.active.kid()));
        assert_eq!((mode(&retired), builder.data_folder().join(STANDBY).exists()), (0o600, false));
        assert!(is_sound(&builder));

        let shop = builder.opened();
        shop.receive(&Ping::sale());
        shop.receive(&Ping::sale().with("sale_id", "sale-2"));
        let signers: Vec<_> = shop.licenses().iter().map(signer).collect();
        assert_eq!(signers, [before.active, standby].map(|key| key.kid().to_string()));
    }

    fn a_rotation_that_was_cut_off_before_the_database_knew_of_it_is_begun_again(database: TestDatabase) {
        let builder = with_standby(&database);
        let before = PublicKeys::read(&builder.settings()).unwrap();
        let copy = format!("retired-key-{}.pk8", before.active.kid());
        std::fs::copy(builder.data_folder().join(ACTIVE), builder.data_folder().join(copy)).unwrap();
        assert_eq!(builder.open(Role::Server).unwrap().public_key(), before.active);
        let rotated = rotate(&builder.settings(), Occasion::Routine, now()).unwrap();
        assert_eq!(Some(rotated.active), before.standby);
        assert_eq!(builder.open(Role::Server).unwrap().public_key(), rotated.active);
    }

    fn a_rotation_that_was_cut_off_before_the_files_had_their_names_is_finished_by_the_next_start(database: TestDatabase) {
        for role in [Some(Role::Server), Some(Role::Tool), None] {
            let builder = with_standby(&database);
            let before = PublicKeys::read(&builder.settings()).unwrap();
            drop(rotate(&builder.settings(), Occasion::Routine, now()).unwrap());
            let path = |name: &str| builder.data_folder().join(name);
            std::fs::rename(path(ACTIVE), path(STANDBY)).unwrap();
            std::fs::copy(path(&format!("retired-key-{}.pk8", before.active.kid())), path(ACTIVE)).unwrap();
            match role {
                Some(role) => drop(builder.open(role).unwrap()),
                None => drop(rotate(&builder.settings(), Occasion::Routine, now()).unwrap()),
            }
            let after = PublicKeys::read(&builder.settings()).unwrap();
            assert_eq!(Some(after.active), before.standby, "{role:?}");
            assert!(!path(STANDBY).exists() && is_sound(&builder));
        }
    }

    fn a_server_that_still_holds_the_old_key_refuses_to_start_and_says_why(database: TestDatabase) {
        let builder = with_standby(&database);
        let elsewhere = database.folder().join("elsewhere");
        copy_folder(&builder.data_folder(), &elsewhere);
        let rotated = rotate(&builder.settings(), Occasion::Routine, now()).unwrap();
        drop(rotated.reissue);
        let second = builder.set("MINTMARK_DATA_DIR", &elsewhere.display().to_string());
        for role in [Role::Server, Role::Tool] {
            let error = second.open(role).unwrap_err();
            assert!(matches!(error, Error::RetiredKey { .. }) && error.is_configuration(), "{error}");
        }
        // What the message advises to do, where the standby key is at hand.
        let here = rotate(&second.settings(), Occasion::Routine, now()).unwrap();
        assert_eq!((here.active, here.retired), (rotated.active, rotated.retired));
        assert_eq!(second.open(Role::Server).unwrap().public_key(), rotated.active);
    }

    fn after_a_compromise_every_license_is_issued_again_and_the_old_key_is_void(database: TestDatabase) {
        let builder = with_standby(&database);
        let shop = builder.opened();
        for sale in ["sale-1", "sale-2", "sale-3"] {
            shop.receive(&Ping::sale().with("sale_id", sale));
        }
        let (old, before) = (shop.fulfillment.public_key(), shop.licenses());
        let builder = closed(shop);
        let rotated = rotate(&builder.settings(), Occasion::Compromise, now()).unwrap();
        let active = rotated.active;
        // Cut off before any license was issued again.
        drop(rotated);
        assert!(matches!(rotate(&builder.settings(), Occasion::Routine, now()), Err(Error::Unfinished(3))));
        assert!(!is_sound(&builder));
        let resumed = rotate(&builder.settings(), Occasion::Compromise, now()).unwrap();
        assert_eq!((resumed.active, resumed.retired), (active, None));
        let mut left = resumed.reissue.unwrap();
        assert_eq!(left.next_batch(Letters::None, now()).unwrap().map(|batch| batch.licenses), Some(3));
        assert_eq!(left.next_batch(Letters::None, now()).unwrap(), None);
        drop(left);
        assert!(is_sound(&builder));

        let shop = builder.opened();
        let after = shop.licenses();
        for (before, after) in before.iter().zip(&after) {
            assert_eq!((before["seq"].as_i64(), after["seq"].as_i64()), (Some(1), Some(2)));
            assert_eq!(signer(after), active.kid().to_string());
            let kept = ["id", "key", "issued_at", "seats", "status"];
            assert_eq!(kept.map(|name| &before[name]), kept.map(|name| &after[name]));
            let story = story(&shop, after["id"].as_str().unwrap());
            assert_eq!(story["history"][1]["event"], "reissued");
            assert_eq!(story["letters"].as_array().unwrap().len(), 1);
        }
        shop.fulfillment.publish_revocations(now()).unwrap();
        let ring = Keyring::new([old, active]).unwrap();
        let ring = ring.with_revocation_keys([shop.fulfillment.revocation_public_key()]).unwrap();
        let list = ring.verify_revocation_list(&shop.fulfillment.revocation_list().unwrap().text).unwrap();
        assert_eq!(list.revoked_keys(), [old.kid()]);
        let verifier = Verifier::new(&ring, "DT1".parse().unwrap());
        let is_revoked = |license: &serde_json::Value| {
            list.revokes(&verifier.verify(license["blob"].as_str().unwrap()).unwrap())
        };
        assert!(before.iter().all(is_revoked) && !after.iter().any(is_revoked));
        // What is told again changes nothing.
        shop.receive(&Ping::sale().with("sale_id", "sale-1"));
        assert_eq!(shop.licenses()[0]["seq"], 2);
    }

    fn issuing_again_goes_on_where_it_was_cut_off(database: TestDatabase) {
        let builder = with_standby(&database);
        let shop = builder.opened();
        for sale in 0..203 {
            shop.record(&Ping::sale().with("sale_id", &format!("sale-{sale}")));
        }
        shop.clock.advance(SignedDuration::from_secs(1));
        shop.fulfillment.finish_unfinished(shop.clock.now(), shop.clock.now()).unwrap();
        let builder = closed(shop);
        for expected in [200, 3] {
            let mut left = rotate(&builder.settings(), Occasion::Compromise, now()).unwrap().reissue.unwrap();
            let batch = left.next_batch(Letters::None, now()).unwrap().unwrap();
            assert_eq!((batch.licenses, batch.failed), (expected, Vec::new()));
        }
        assert!(is_sound(&builder));
        let shop = builder.opened();
        assert!(shop.licenses().iter().all(|license| license["seq"] == 2));
    }

    fn buyers_are_sent_their_new_licenses_if_that_is_asked_for(database: TestDatabase) {
        let builder = with_standby(&database);
        let shop = builder.opened();
        shop.receive(&Ping::sale());
        let builder = closed(shop);
        let mut left = rotate(&builder.settings(), Occasion::Compromise, now()).unwrap().reissue.unwrap();
        left.next_batch(Letters::Each, now()).unwrap();
        drop(left);
        let shop = builder.opened();
        shop.postbox.wait_for(1);
        let story = story(&shop, shop.license()["id"].as_str().unwrap());
        assert_eq!(story["letters"].as_array().unwrap().len(), 2);
    }

    fn without_a_new_standby_key_nothing_is_rotated(database: TestDatabase) {
        let builder = Shop::on(&database);
        drop(builder.open(Role::Setup).unwrap());
        for occasion in [Occasion::Routine, Occasion::Compromise] {
            let error = rotate(&builder.settings(), occasion, now()).unwrap_err();
            assert!(matches!(error, Error::NoStandbyKey(_)), "{error}");
        }
        let path = |name: &str| builder.data_folder().join(name);
        std::fs::copy(path(ACTIVE), path(STANDBY)).unwrap();
        let error = rotate(&builder.settings(), Occasion::Routine, now()).unwrap_err();
        assert!(matches!(error, Error::UsedKey { .. }), "{error}");
    }

    fn a_key_that_others_can_read_is_refused_and_found(database: TestDatabase) {
        let builder = with_standby(&database);
        for name in [ACTIVE, "revocation-key.pk8", "license-key-secret", "audit-key"] {
            let path = builder.data_folder().join(name);
            std::fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
            for role in [Role::Server, Role::Tool] {
                let error = builder.open(role).unwrap_err();
                assert!(matches!(error, Error::OpenKey { .. }) && error.is_configuration(), "{error}");
                assert!(error.to_string().ends_with(&format!("chmod 600 {}", path.display())), "{error}");
            }
            assert!(!is_sound(&builder));
            std::fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        }
        assert!(is_sound(&builder));
    }

    fn new_keys_are_made_where_there_are_none_and_nowhere_else(database: TestDatabase) {
        let builder = Shop::on(&database);
        drop(builder.open(Role::Setup).unwrap());
        assert!(matches!(make_keys(&builder.settings(), now()), Err(Error::KeysExist(_))));
        std::fs::remove_file(builder.data_folder().join("license-key-secret")).unwrap();
        assert!(matches!(make_keys(&builder.settings(), now()), Err(Error::KeyElsewhere { .. })));
    }
}

#[test]
fn new_keys_need_no_database() {
    let database = TestDatabase::sqlite();
    let builder = Shop::on(&database);
    assert_eq!(make_keys(&builder.settings(), now()).unwrap().len(), 4);
    assert!(matches!(make_keys(&builder.settings(), now()), Err(Error::KeysExist(_))));
    builder.open(Role::Setup).unwrap();
}

#[test]
fn a_key_is_not_rotated_under_a_servers_hands() {
    let database = TestDatabase::sqlite();
    let shop = with_standby(&database).opened();
    let error = rotate(&shop.builder.settings(), Occasion::Routine, now()).unwrap_err();
    assert!(matches!(error, Error::ServerRuns(_)), "{error}");
    assert_eq!(shop.receive(&Ping::sale()), "accepted");
}

fn with_standby(database: &TestDatabase) -> ShopBuilder {
    let builder = Shop::on(database);
    drop(builder.open(Role::Setup).unwrap());
    make_standby_key(&builder.settings(), now()).unwrap();
    builder
}

fn closed(shop: Shop) -> ShopBuilder {
    shop.fulfillment.stop();
    shop.builder
}

fn is_sound(builder: &ShopBuilder) -> bool {
    let findings = check_keys(&builder.settings()).unwrap();
    findings.iter().all(|finding| !matches!(finding.verdict, Verdict::Wrong { .. }))
}

fn signer(license: &serde_json::Value) -> String {
    license["blob"].as_str().unwrap()[7..18].to_owned()
}

/// All that is known of a license.
fn story(shop: &Shop, id: &str) -> serde_json::Value {
    let records = shop.fulfillment.records();
    records.license_story_json(&records.licenses_named(id).unwrap().remove(0)).unwrap()
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_file()) {
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn now() -> Timestamp {
    TestClock::default().now()
}
