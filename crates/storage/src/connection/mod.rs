//! A connection to either database, opened with the settings that make a commit durable.

pub(crate) mod columns;
mod postgres;
mod sqlite;
pub(crate) mod statement;
pub(crate) mod transaction;
pub(crate) mod trouble;

use crate::{DatabaseUrl, Result};
use diesel::{PgConnection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query};
use std::fmt;
use std::time::Duration;

/// One query text for both: diesel dispatches at run time.
#[derive(diesel::MultiConnection)]
pub(crate) enum AnyConnection {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl fmt::Debug for AnyConnection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Sqlite(_) => "AnyConnection::Sqlite",
            Self::Postgres(_) => "AnyConnection::Postgres",
        })
    }
}

impl AnyConnection {
    /// Opens an existing database and changes nothing in it. diesel's own `establish` would make a file of a
    /// mistyped URL.
    pub(crate) fn open(url: &DatabaseUrl) -> Result<Self> {
        match url {
            DatabaseUrl::Sqlite(path) => sqlite::open(path).map(Self::Sqlite),
            DatabaseUrl::Postgres(url) => postgres::open(url).map(Self::Postgres),
        }
    }

    /// As [`AnyConnection::open`], for a thread that writes, and that waits so long for its turn.
    pub(crate) fn open_for_writing(url: &DatabaseUrl, patience: Duration) -> Result<Self> {
        let mut connection = Self::open(url)?;
        connection.prepare_for_writing(patience)?;
        Ok(connection)
    }

    /// Settings that only a writer needs.
    pub(crate) fn prepare_for_writing(&mut self, patience: Duration) -> Result<()> {
        match self {
            Self::Sqlite(connection) => sqlite::prepare_for_writing(connection, patience),
            Self::Postgres(connection) => postgres::prepare_for_writing(connection),
        }
    }

    /// Brings SQLite's write-ahead log into the database, as far as its readers let it.
    pub(crate) fn shorten_log(&mut self) -> Result<()> {
        match self {
            Self::Sqlite(connection) => sqlite::shorten_log(connection),
            Self::Postgres(_) => Ok(()),
        }
    }

    /// Turns SQLite's write-ahead log on. The file remembers it, so only a file known to be ours is asked to.
    pub(crate) fn keep_log(&mut self) -> Result<()> {
        match self {
            Self::Sqlite(connection) => sqlite::keep_log(connection),
            Self::Postgres(_) => Ok(()),
        }
    }

    /// Whether the connection has been lost, or is in a transaction that nobody will end.
    pub(crate) fn is_broken(&mut self) -> bool {
        use diesel::connection::TransactionManager as _;
        <Self as diesel::Connection>::TransactionManager::is_broken_transaction_manager(self)
    }
}

#[derive(QueryableByName)]
pub(crate) struct Shown {
    #[diesel(sql_type = diesel::sql_types::Text)]
    value: String,
}

/// The one text that a question answers with, in a column called `value`.
pub(crate) fn show<C>(connection: &mut C, question: &str) -> diesel::QueryResult<String>
where
    C: diesel::connection::LoadConnection,
    diesel::query_builder::SqlQuery: diesel::query_dsl::LoadQuery<'static, C, Shown>,
{
    Ok(sql_query(question).get_result::<Shown>(connection)?.value)
}
