//! The condition of a database: what it says of itself, read and never changed.

mod postgres;
mod sqlite;

use crate::connection::AnyConnection;
use crate::{DatabaseUrl, Result, Store, lock, time};
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use jiff::Timestamp;

/// What a database says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Condition {
    /// Program and version, such as `PostgreSQL 17.2`.
    pub version: String,
    /// The newest migration.
    pub schema: String,
    /// What a commit means: each setting with its value. Those of a session of ours, without which nothing opens.
    pub durability: Vec<(&'static str, String)>,
    /// How many bytes it takes.
    pub size: i64,
    /// What is damaged, as far as a quick look tells; PostgreSQL finds damage only where it reads.
    pub damage: Vec<String>,
    /// What only one of the databases has.
    pub kind: Kind,
}

/// What only one of the databases has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A file.
    Sqlite {
        /// Whether the write-ahead log is on.
        keeps_log: bool,
        /// Bytes of the write-ahead log.
        log_size: u64,
    },
    /// A server.
    Postgres {
        /// Sessions of all its databases.
        sessions: i64,
        /// As many are let in.
        most_sessions: i64,
        /// Copies that follow it.
        replicas: i64,
        /// What its clock says.
        clock: Timestamp,
    },
}

impl Store {
    /// Looks at the database. Of SQLite every page is read, which takes a second for each gigabyte or so.
    pub fn condition(&self) -> Result<Condition> {
        self.read(|connection| match connection {
            AnyConnection::Sqlite(connection) => sqlite::condition(connection, self.url()),
            AnyConnection::Postgres(connection) => postgres::condition(connection),
        })
    }
}

/// Whether a server is at work on an SQLite database: it holds the lock. `None` where no lock tells. Asking takes the
/// lock for a moment, if it is free.
pub fn is_served(url: &DatabaseUrl) -> Option<bool> {
    match url {
        DatabaseUrl::Sqlite(path) => lock::is_held(path),
        DatabaseUrl::Postgres(_) => None,
    }
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    value: i64,
}

/// The one number that a question answers with, in a column called `value`.
fn number<C>(connection: &mut C, question: &str) -> diesel::QueryResult<i64>
where
    C: diesel::connection::LoadConnection,
    diesel::query_builder::SqlQuery: diesel::query_dsl::LoadQuery<'static, C, Number>,
{
    Ok(sql_query(question).get_result::<Number>(connection)?.value)
}

/// The newest migration that was applied.
const SCHEMA: &str = "SELECT CAST(max(version) AS TEXT) AS value FROM __diesel_schema_migrations";

fn clock(milliseconds: i64) -> Result<Timestamp> {
    time::from_column(milliseconds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Access;

    crate::on_both_databases! {
        fn a_database_tells_its_condition(database: TestDatabase) {
            let store = Store::open(&database.url, Access::FirstRun).expect("it opens");
            let condition = store.condition().expect("an answer");
            assert_eq!((condition.damage.as_slice(), condition.size > 0), ([].as_slice(), true));
            assert!(condition.schema.starts_with("2026"), "{condition:?}");
            assert!(condition.durability.iter().all(|(_, value)| value == "on" || value == "FULL"), "{condition:?}");
            match (&database.url, condition.kind) {
                (DatabaseUrl::Sqlite(_), Kind::Sqlite { keeps_log, .. }) => assert!(keeps_log),
                (DatabaseUrl::Postgres(_), Kind::Postgres { sessions, most_sessions, .. }) => {
                    assert!(sessions > 0 && sessions < most_sessions);
                }
                (_, kind) => panic!("{kind:?}"),
            }
        }

        fn a_lock_tells_whether_a_server_is_at_work(database: TestDatabase) {
            let is_file = matches!(database.url, DatabaseUrl::Sqlite(_));
            let server = Store::open(&database.url, Access::FirstRun).expect("it opens");
            assert_eq!(is_served(&database.url), is_file.then_some(true));
            drop(server);
            assert_eq!(is_served(&database.url), is_file.then_some(false));
            Store::open(&database.url, Access::Server).expect("asking has left no lock behind");
        }
    }
}
