//! The database of one installation, and how to look into it behind the server's back.

use std::path::Path;

use anyhow::Context as _;
use diesel::connection::SimpleConnection;
use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query};
use xtask::postgres;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
}

/// An empty database to begin with.
#[derive(Debug)]
pub(crate) enum Database<'a> {
    /// A file in the installation's own folder.
    Sqlite,
    /// One of its own on the server, gone when this is dropped.
    Postgres(postgres::Database<'a>),
    /// A whole PostgreSQL that the scenario has made for itself.
    At(String),
}

impl Database<'_> {
    /// As the setting `database.url` has it.
    pub(crate) fn url(&self, folder: &Path) -> String {
        match self {
            Self::Sqlite => format!("sqlite:{}", file(folder).display()),
            Self::Postgres(database) => database.url(),
            Self::At(url) => url.clone(),
        }
    }

    /// A connection of an onlooker.
    pub(crate) fn connect(&self, folder: &Path) -> anyhow::Result<Witness> {
        match self {
            Self::Sqlite => {
                let url = format!("file://{}?mode=rw", file(folder).display());
                let mut connection = SqliteConnection::establish(&url).context("cannot open the database")?;
                connection.batch_execute("PRAGMA busy_timeout = 10000")?;
                Ok(Witness::Sqlite(connection))
            }
            Self::Postgres(database) => connect(&database.url()),
            Self::At(url) => connect(url),
        }
    }
}

fn connect(url: &str) -> anyhow::Result<Witness> {
    PgConnection::establish(url).map(Witness::Postgres).context("cannot reach the database")
}

/// The file of an SQLite database, in the data folder where the server makes it.
pub(crate) fn file(folder: &Path) -> std::path::PathBuf {
    folder.join("mintmark.db")
}

/// Keeps everybody else from writing.
pub(crate) struct Lock(Witness);

impl Lock {
    pub(crate) fn take(mut witness: Witness) -> anyhow::Result<Self> {
        witness.execute(match witness {
            Witness::Sqlite(_) => "BEGIN IMMEDIATE",
            Witness::Postgres(_) => "BEGIN; LOCK TABLE deliveries",
        })?;
        Ok(Self(witness))
    }

    pub(crate) fn release(mut self) -> anyhow::Result<()> {
        self.0.execute("ROLLBACK")
    }
}

/// Asks in plain SQL, of both databases the same.
pub(crate) enum Witness {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    value: i64,
}

#[derive(QueryableByName)]
struct Word {
    #[diesel(sql_type = diesel::sql_types::Text)]
    value: String,
}

impl Witness {
    /// Rows of any shape.
    pub(crate) fn rows<R>(&mut self, question: &str) -> anyhow::Result<Vec<R>>
    where
        R: QueryableByName<diesel::sqlite::Sqlite> + QueryableByName<diesel::pg::Pg> + 'static,
    {
        let rows = match self {
            Self::Sqlite(connection) => sql_query(question).load(connection),
            Self::Postgres(connection) => sql_query(question).load(connection),
        };
        rows.with_context(|| format!("no answer to {question}"))
    }

    /// A statement, or several.
    pub(crate) fn execute(&mut self, statement: &str) -> anyhow::Result<()> {
        let done = match self {
            Self::Sqlite(connection) => connection.batch_execute(statement),
            Self::Postgres(connection) => connection.batch_execute(statement),
        };
        done.with_context(|| format!("cannot {statement}"))
    }

    /// The one number that a question for `value` answers.
    pub(crate) fn number(&mut self, question: &str) -> anyhow::Result<i64> {
        let rows: Vec<Number> = self.rows(question)?;
        Ok(rows.first().with_context(|| format!("no row for {question}"))?.value)
    }

    /// Texts, one a row.
    pub(crate) fn words(&mut self, question: &str) -> anyhow::Result<Vec<String>> {
        let rows: Vec<Word> = self.rows(question)?;
        Ok(rows.into_iter().map(|row| row.value).collect())
    }
}
