//! First runs and later ones: what is made, and when a start is refused.

use crate::support::{Ping, Shop};
use mintmark_fulfillment::{Error, Role, StorageError};
use mintmark_storage::{on_both_databases, testing::TestDatabase};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

const SIGNING_KEY: &str = "signing-key.pk8";
const REVOCATION_KEY: &str = "revocation-key.pk8";
const LICENSE_KEY_SECRET: &str = "license-key-secret";
const AUDIT_KEY: &str = "audit-key";

on_both_databases! {
    fn a_first_run_makes_what_its_owner_alone_may_read(database: TestDatabase) {
        let builder = Shop::on(&database).set("MINTMARK_SOURCES__GUMROAD__SECRETS", "");
        builder.open(Role::Server).unwrap();
        assert_eq!(mode(&builder.data_folder()), 0o700);
        for file in [SIGNING_KEY, REVOCATION_KEY, LICENSE_KEY_SECRET, AUDIT_KEY, "webhook-secret"] {
            assert_eq!(mode(&builder.data_folder().join(file)), 0o600, "{file}");
        }
        let made = mintmark_fulfillment::installed_files(&builder.settings());
        assert!(made.iter().all(|(_, path)| path.exists()), "{made:?}");
        assert_eq!(names(&builder.data_folder()).len(), 5);
    }

    fn a_server_without_the_registered_key_refuses_to_start(database: TestDatabase) {
        for file in [SIGNING_KEY, REVOCATION_KEY, LICENSE_KEY_SECRET, AUDIT_KEY] {
            let builder = Shop::on(&database);
            drop(builder.open(Role::Setup).unwrap());
            let kept = builder.data_folder().join("kept elsewhere");
            std::fs::rename(builder.data_folder().join(file), &kept).unwrap();
            for role in [Role::Server, Role::Setup] {
                let error = builder.open(role).unwrap_err();
                assert!(matches!(error, Error::KeyElsewhere { .. }) && error.is_configuration(), "{error}");
            }
            assert!(matches!(builder.open(Role::Tool).unwrap_err(), Error::NoKeys(_)));
            assert!(!builder.data_folder().join(file).exists());
            std::fs::rename(kept, builder.data_folder().join(file)).unwrap();
            builder.open(Role::Server).unwrap();
        }
    }

    fn a_server_with_another_key_refuses_to_start(database: TestDatabase) {
        let strange = TestDatabase::sqlite();
        let stranger = Shop::on(&strange);
        stranger.open(Role::Server).unwrap();
        for file in [SIGNING_KEY, REVOCATION_KEY, LICENSE_KEY_SECRET, AUDIT_KEY] {
            let builder = Shop::on(&database);
            builder.open(Role::Server).unwrap();
            let kept = std::fs::read(builder.data_folder().join(file)).unwrap();
            std::fs::copy(stranger.data_folder().join(file), builder.data_folder().join(file)).unwrap();
            for role in [Role::Server, Role::Tool] {
                let error = builder.open(role).unwrap_err();
                assert!(matches!(error, Error::OtherKey { .. }) && error.is_configuration(), "{error}");
            }
            std::fs::write(builder.data_folder().join(file), kept).unwrap();
        }
    }

    fn a_damaged_key_is_not_replaced(database: TestDatabase) {
        for file in [SIGNING_KEY, REVOCATION_KEY] {
            let builder = Shop::on(&database);
            builder.open(Role::Server).unwrap();
            let kept = std::fs::read(builder.data_folder().join(file)).unwrap();
            std::fs::write(builder.data_folder().join(file), "not a key").unwrap();
            assert!(matches!(builder.open(Role::Server).unwrap_err(), Error::BrokenFile(_)));
            assert_eq!(std::fs::read(builder.data_folder().join(file)).unwrap(), b"not a key");
            std::fs::write(builder.data_folder().join(file), kept).unwrap();
        }
    }

    fn an_installation_that_had_no_revocation_key_yet_is_given_one(database: TestDatabase) {
        let earlier = Shop::on(&database);
        earlier.open(Role::Server).unwrap();
        // As a database looks on which only a server without revocation lists has been at work.
        database.forget("revocation_key");
        std::fs::remove_file(earlier.data_folder().join(REVOCATION_KEY)).unwrap();
        let made = earlier.open(Role::Server).unwrap().revocation_public_key();
        assert_eq!(mode(&earlier.data_folder().join(REVOCATION_KEY)), 0o600);
        assert_eq!(earlier.open(Role::Tool).unwrap().revocation_public_key(), made);
    }

    fn a_mistake_in_the_catalog_leaves_no_half_made_installation(database: TestDatabase) {
        let builder = Shop::on(&database).selling("gumroad: 1");
        assert!(matches!(builder.open(Role::Server).unwrap_err(), Error::Problems(_)));
        assert!(!builder.data_folder().exists());
    }
}

#[test]
fn a_mistyped_database_leaves_neither_file_nor_folder_behind() {
    let database = TestDatabase::sqlite();
    let nowhere = database.folder().join("missing/mintmark.db");
    for url in [format!("sqlite:{}", nowhere.display()), "postgres://nobody@127.0.0.1:1/none".to_owned()] {
        let builder = Shop::on(&database).set("DATABASE_URL", &url);
        for role in [Role::Tool, Role::Server, Role::Setup] {
            builder.open(role).unwrap_err();
        }
        assert_eq!(names(&database.folder()), ["products.yaml"], "{url}");
    }
}

#[test]
fn a_named_sqlite_file_is_made_on_the_first_run_and_missed_later() {
    let database = TestDatabase::sqlite();
    let builder = Shop::on(&database);
    builder.open(Role::Server).unwrap();

    let elsewhere = database.folder().join("moved.db");
    let builder = builder.set("DATABASE_URL", &format!("sqlite:{}", elsewhere.display()));
    for role in [Role::Server, Role::Tool] {
        let error = builder.open(role).unwrap_err();
        assert!(
            matches!(error, Error::Storage(StorageError::Missing(_))) && error.is_configuration(),
            "{error}"
        );
    }
    assert!(!elsewhere.exists());
    // What the message advises to do.
    builder.open(Role::Setup).unwrap();
    builder.open(Role::Server).unwrap();
}

#[test]
fn the_default_database_lies_in_the_data_folder() {
    let database = TestDatabase::sqlite();
    let builder = Shop::on(&database).set("DATABASE_URL", "");
    builder.open(Role::Server).unwrap();
    assert_eq!(mode(&builder.data_folder().join("mintmark.db")), 0o600);
}

#[test]
fn a_named_database_may_lie_in_a_data_folder_that_is_not_there_yet() {
    let database = TestDatabase::sqlite();
    let builder = Shop::on(&database);
    let url = format!("sqlite:{}", builder.data_folder().join("named.db").display());
    builder.set("DATABASE_URL", &url).open(Role::Server).unwrap();
}

#[test]
fn two_servers_on_one_sqlite_file_are_refused() {
    let database = TestDatabase::sqlite();
    let shop = Shop::on(&database).opened();
    let error = shop.builder.open(Role::Server).unwrap_err();
    assert!(matches!(error, Error::Storage(StorageError::InUse(_))), "{error}");
    shop.builder.open(Role::Tool).unwrap();
    assert_eq!(shop.receive(&Ping::sale()), "accepted");
}

#[test]
fn several_servers_share_a_postgresql_database_if_they_share_the_keys() {
    let Some(database) = TestDatabase::postgres() else { return };
    let shop = Shop::on(&database).opened();
    let second_folder = database.folder().join("second");
    let second = Shop::on(&database).set("MINTMARK_DATA_DIR", &second_folder.display().to_string());
    assert!(matches!(second.open(Role::Server).unwrap_err(), Error::KeyElsewhere { .. }));
    for file in [SIGNING_KEY, REVOCATION_KEY, LICENSE_KEY_SECRET, AUDIT_KEY] {
        std::fs::copy(shop.builder.data_folder().join(file), second_folder.join(file)).unwrap();
    }
    let second = second.open(Role::Server).unwrap();
    assert_eq!(second.public_key(), shop.fulfillment.public_key());
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
