//! Opening: who may, and what is refused.

use crate::examples::{open, ping, record};
use mintmark_storage::testing::TestDatabase;
use mintmark_storage::{Access, AuditFilter, DatabaseUrl, Error, Store, on_both_databases};
use std::path::PathBuf;

on_both_databases! {
    fn what_was_recorded_is_there_when_the_store_is_opened_again(database: TestDatabase) {
        let store = open(&database);
        record(&store, 0);
        drop(store);
        for access in [Access::FirstRun, Access::Server, Access::Tool] {
            let store = Store::open(&database.url, access).expect("the store opens");
            assert_eq!(store.audit_rows(&AuditFilter::default()).expect("a count").len(), 1);
        }
    }

    fn a_tool_reads_and_writes_beside_a_server(database: TestDatabase) {
        let server = open(&database);
        let tool = Store::open(&database.url, Access::Tool).expect("the tool opens");
        let delivery = record(&server, 0);
        let retried = tool.retry(delivery.id).wait().expect("the tool writes").expect("the delivery is there");
        assert_eq!(retried.attempt, 2);
        let again = server.retry(delivery.id).wait().expect("the server writes").expect("the delivery is there");
        assert_eq!(again.attempt, 3);
    }

    fn a_closed_store_has_written_what_was_queued_and_refuses_more(database: TestDatabase) {
        let store = open(&database);
        let queued: Vec<_> = (0..50).map(|second| store.record(ping(second))).collect();
        store.close();
        assert!(queued.into_iter().all(|pending| pending.wait().is_ok()));
        assert!(matches!(store.record(ping(0)).wait(), Err(Error::Closed)));
        assert_eq!(store.audit_rows(&AuditFilter::default()).expect("a count").len(), 50);
    }

    fn a_probe_answers(database: TestDatabase) {
        let store = open(&database);
        store.register("signing_key", "k1", crate::examples::at(0)).wait().expect("registered");
        store.probe().wait().expect("the probe answers");
        store.close();
        assert!(store.probe().wait().is_err());
    }
}

#[test]
fn a_url_that_names_no_file_makes_none() {
    let database = TestDatabase::sqlite();
    for access in [Access::Server, Access::Tool] {
        let opened = Store::open(&database.url, access);
        assert!(matches!(opened, Err(Error::Missing(path)) if path == file(&database)));
    }
    assert_eq!(files_beside(&database), Vec::<String>::new());
}

#[test]
fn a_first_run_cannot_make_a_file_in_a_folder_that_is_not_there() {
    let folder = TestDatabase::sqlite().folder();
    let url = DatabaseUrl::sqlite(&folder.join("gone").join("mintmark.db"));
    let error = Store::open(&url, Access::FirstRun).expect_err("there is no folder");
    assert!(matches!(&error, Error::Unreachable(words) if words.contains("gone")), "{error}");
}

#[test]
fn two_servers_on_one_file_are_refused_until_the_first_has_gone() {
    let database = TestDatabase::sqlite();
    let first = open(&database);
    for access in [Access::Server, Access::FirstRun] {
        assert!(
            matches!(Store::open(&database.url, access), Err(Error::InUse(path)) if path == file(&database))
        );
    }
    record(&first, 0);
    drop(first);
    Store::open(&database.url, Access::Server).expect("the next server opens");
}

#[test]
fn what_is_no_database_is_refused_and_left_alone() {
    let database = TestDatabase::sqlite();
    let letter = b"Dear bookkeeper, this is no database, however it is called.".repeat(100);
    std::fs::write(file(&database), &letter).expect("a file");
    for access in [Access::Server, Access::FirstRun, Access::Tool] {
        let error = Store::open(&database.url, access).expect_err("that is no database");
        assert!(error.to_string().contains("file is not a database"), "{error}");
    }
    assert_eq!(std::fs::read(file(&database)).expect("the file"), letter);
    assert_eq!(files_beside(&database), ["mintmark.db", "mintmark.db.server-lock"]);
}

/// Bytes 18 and 19 of the file say which journal its writers and readers keep: 2 is the write-ahead log.
#[test]
fn the_file_is_kept_with_a_write_ahead_log() {
    let database = TestDatabase::sqlite();
    drop(open(&database));
    let bytes = std::fs::read(file(&database)).expect("the file");
    assert_eq!(bytes[18..20], [2, 2]);
}

#[cfg(unix)]
mod on_unix {
    use super::*;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    #[test]
    fn the_files_of_a_first_run_are_readable_by_their_owner_alone() {
        let database = TestDatabase::sqlite();
        let store = open(&database);
        record(&store, 0);
        for name in ["mintmark.db", "mintmark.db-wal"] {
            let file = database.folder().join(name);
            let mode = std::fs::metadata(&file).expect("the file is there").permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
    }

    #[test]
    fn a_second_server_is_refused_by_whatever_name_it_knows_the_file() {
        let database = TestDatabase::sqlite();
        let _first = open(&database);
        let link = database.folder().join("link.db");
        symlink(file(&database), &link).expect("a link");
        let opened = Store::open(&DatabaseUrl::sqlite(&link), Access::Server);
        assert!(matches!(opened, Err(Error::InUse(_))));
    }

    #[test]
    fn a_first_run_does_not_follow_a_link_to_nowhere() {
        let database = TestDatabase::sqlite();
        let target = database.folder().join("target.db");
        symlink(&target, file(&database)).expect("a link");
        assert!(matches!(Store::open(&database.url, Access::FirstRun), Err(Error::Missing(_))));
        assert!(!target.exists());
    }
}

fn file(database: &TestDatabase) -> PathBuf {
    database.folder().join("mintmark.db")
}

fn files_beside(database: &TestDatabase) -> Vec<String> {
    let entries = std::fs::read_dir(database.folder()).expect("the folder");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a name")).collect();
    names.sort();
    names
}
