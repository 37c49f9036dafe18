//! Throw-away databases for tests: SQLite always, PostgreSQL where the tests are given a server.

mod intruder;

pub use intruder::{LogCopy, tamper};

use crate::connection::AnyConnection;
use crate::{Access, Change, DatabaseUrl, Digest, LicenseState, Notary, Revision, Salt, Store};
use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// Names the PostgreSQL server that tests may make schemas on.
const POSTGRES: &str = "MINTMARK_TEST_POSTGRES";

/// A database of its own for one test, gone when it is dropped.
#[derive(Debug)]
pub struct TestDatabase {
    /// Where it is.
    pub url: DatabaseUrl,
    folder: tempfile::TempDir,
    schema: Option<(String, String)>,
}

impl TestDatabase {
    /// An SQLite database whose file does not exist yet.
    ///
    /// # Panics
    /// When there is no temporary folder.
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self { url: DatabaseUrl::sqlite(&folder.path().join("mintmark.db")), folder, schema: None }
    }

    /// An empty PostgreSQL schema; `None`, said aloud, where the tests are given no server.
    ///
    /// # Panics
    /// When the server that was given cannot be used.
    #[expect(clippy::print_stderr, reason = "a test that did not run must not look like one that passed")]
    pub fn postgres() -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let Ok(server) = std::env::var(POSTGRES) else {
            eprintln!("SKIPPED on PostgreSQL: {POSTGRES} names no server");
            return None;
        };
        let schema = format!("test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        administer(&server, &format!("CREATE SCHEMA {schema}"));
        let separator = if server.contains('?') { '&' } else { '?' };
        let url =
            format!("{server}{separator}options=-csearch_path%3D{schema}").parse().expect("a PostgreSQL URL");
        let folder = tempfile::tempdir().expect("a temporary folder");
        Some(Self { url, folder, schema: Some((server, schema)) })
    }

    /// A folder of the test's own, such as a server's data folder.
    pub fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// Takes a name out of the table of who the installation is, as if nothing had ever been registered under it.
    ///
    /// # Panics
    /// When the database cannot be used.
    pub fn forget(&self, name: &str) {
        let mut connection = AnyConnection::open(&self.url).expect("the database opens");
        let statement = format!("DELETE FROM identity WHERE name = '{name}'");
        connection.batch_execute(&statement).expect("the database obeys");
    }

    /// Gives a license another state, as an event of its store would, beside whatever server is at work.
    ///
    /// # Panics
    /// When there is no such license, or the database cannot be used.
    pub fn change_license(&self, license_id: &str, state: LicenseState) {
        let store = Store::open(&self.url, Access::Tool).expect("the database opens");
        let license = store.license(license_id).expect("an answer").expect("the license").terms;
        let license_id = license_id.to_owned();
        let change = move |ledger: &mut crate::Ledger<'_>| {
            ledger.revise(&Revision { license_id: license_id.clone(), license, state })?;
            ledger.add_change(&license_id, &Change { event: "changed", delivery_id: None, detail: None })
        };
        store.settle(jiff::Timestamp::now(), change).wait().expect("the license is changed");
    }

    /// Brings the table of revocation lists back to an earlier one, as restoring a backup would.
    ///
    /// # Panics
    /// When the database cannot be used.
    pub fn restore_revocation_list(&self, serial: i64, text: &str) {
        let mut connection = AnyConnection::open(&self.url).expect("the database opens");
        let statement = format!("UPDATE revocation_lists SET serial = {serial}, text = '{text}'");
        connection.batch_execute(&statement).expect("the database obeys");
    }

    /// The URL with its credentials, as an operator would set it.
    pub fn url_text(&self) -> String {
        match &self.url {
            DatabaseUrl::Sqlite(path) => format!("sqlite:{}", path.display()),
            DatabaseUrl::Postgres(url) => url.clone(),
        }
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        // While a test fails, its failure is what is to be read.
        if let Some((server, schema)) = self.schema.as_ref().filter(|_| !std::thread::panicking()) {
            administer(server, &format!("DROP SCHEMA {schema} CASCADE"));
        }
    }
}

/// Has a PostgreSQL server do something, as its owner.
///
/// # Panics
/// When it does not.
pub fn administer(server: &str, statement: &str) {
    let mut connection = PgConnection::establish(server).expect("the PostgreSQL server answers");
    connection.batch_execute(statement).expect("the PostgreSQL server obeys");
}

/// Has a store seal its log, and begins the log if it is new.
///
/// # Panics
/// When the database cannot be used.
pub fn begin_log(store: &Store) {
    store.seal_with(Arc::new(TestNotary));
    store.begin_log("audit_key", "of a test", jiff::Timestamp::UNIX_EPOCH).wait().expect("the log begins");
}

/// Tells different bytes apart, and keeps nobody from making its seals.
#[derive(Debug, Clone, Copy)]
pub struct TestNotary;

impl Notary for TestNotary {
    fn hash(&self, parts: &[&[u8]]) -> Digest {
        let mut digest = [0; 32];
        for (turn, bytes) in digest.chunks_exact_mut(8).enumerate() {
            let mut hasher = DefaultHasher::new();
            turn.hash(&mut hasher);
            parts.iter().for_each(|part| hasher.write(part));
            bytes.copy_from_slice(&hasher.finish().to_be_bytes());
        }
        digest
    }

    fn sign(&self, parts: &[&[u8]]) -> Digest {
        self.hash(parts)
    }

    fn salt(&self) -> Option<Salt> {
        Some(*b"grains of a test")
    }
}

/// Keeps everybody else from writing until it is dropped.
#[derive(Debug)]
pub struct WriteLock(AnyConnection);

impl WriteLock {
    /// Locks a database that a server has made.
    ///
    /// # Panics
    /// When the database cannot be locked.
    pub fn take(database: &TestDatabase) -> Self {
        let mut connection = AnyConnection::open(&database.url).expect("the database opens");
        let lock = match &connection {
            AnyConnection::Sqlite(_) => "BEGIN IMMEDIATE",
            AnyConnection::Postgres(_) => {
                "BEGIN; SET idle_in_transaction_session_timeout = 0; LOCK TABLE deliveries"
            }
        };
        connection.batch_execute(lock).expect("nobody else writes now");
        Self(connection)
    }
}

impl Drop for WriteLock {
    fn drop(&mut self) {
        self.0.batch_execute("ROLLBACK").expect("the transaction is open");
    }
}

/// Runs one test on both databases: `on_both_databases! { fn a_sentence(database: TestDatabase) { … } }`.
#[macro_export]
macro_rules! on_both_databases {
    ($($(#[$attribute:meta])* fn $name:ident($database:ident: TestDatabase) $body:block)+) => {
        $($(#[$attribute])* mod $name {
            use super::*;

            fn on_one_database($database: $crate::testing::TestDatabase) $body

            #[test]
            fn sqlite() {
                on_one_database($crate::testing::TestDatabase::sqlite());
            }

            #[test]
            fn postgres() {
                $crate::testing::TestDatabase::postgres().into_iter().for_each(on_one_database);
            }
        })+
    };
}
