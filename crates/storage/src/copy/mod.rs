//! Copies of a whole database, made while servers are at work, and put back into an empty one.

mod postgres;
mod programs;
mod sqlite;

use crate::connection::AnyConnection;
use crate::{DatabaseUrl, Error, Result, Store};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Nullable};
use std::path::Path;

/// A copy that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// What is in it.
    pub census: Census,
    /// The PostgreSQL schema that it can be put back into.
    pub schema: Option<String>,
}

/// How much a database holds, and up to which numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub struct Census {
    /// Deliveries.
    #[diesel(sql_type = BigInt)]
    pub deliveries: i64,
    /// The highest number of one.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub newest_delivery: Option<i64>,
    /// Licenses.
    #[diesel(sql_type = BigInt)]
    pub licenses: i64,
    /// The highest number of one.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub newest_license: Option<i64>,
    /// Letters.
    #[diesel(sql_type = BigInt)]
    pub letters: i64,
    /// The highest number of one.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub newest_letter: Option<i64>,
}

const CENSUS: &str = "SELECT (SELECT count(*) FROM deliveries) AS deliveries, \
     (SELECT max(id) FROM deliveries) AS newest_delivery, (SELECT count(*) FROM licenses) AS licenses, \
     (SELECT max(number) FROM licenses) AS newest_license, (SELECT count(*) FROM letters) AS letters, \
     (SELECT max(id) FROM letters) AS newest_letter";

impl Store {
    /// Copies the database, as it is at one moment, into a file that must not exist yet; for its owner alone, and on
    /// disk when this returns. Servers go on working.
    ///
    /// # Errors
    /// The file cannot be written, or `pg_dump` is missing or fails.
    pub fn copy_into(&self, file: &Path) -> Result<Copied> {
        create(file)?;
        let copied = match self.url() {
            DatabaseUrl::Sqlite(_) => sqlite::copy(AnyConnection::open(self.url())?, file)?,
            DatabaseUrl::Postgres(url) => postgres::copy(AnyConnection::open(self.url())?, url, file)?,
        };
        sync(file)?;
        Ok(copied)
    }
}

/// Reads a copy of a PostgreSQL database to its end, so that a broken one is found out.
///
/// # Errors
/// It is broken, or `pg_restore` is missing.
pub fn read_copy(file: &Path) -> Result<()> {
    postgres::read(file)
}

/// Puts the copy of a PostgreSQL database into another one, in one transaction.
///
/// # Errors
/// There are tables already, the copy is of another schema, or `pg_restore` is missing or fails.
pub fn restore_copy(url: &DatabaseUrl, schema: &str, file: &Path) -> Result<()> {
    let DatabaseUrl::Postgres(text) = url else {
        return Err(Error::Unreachable("a PostgreSQL database is expected".to_owned()));
    };
    postgres::restore(AnyConnection::open(url)?, text, schema, file)
}

/// Whether there is nothing in the database, so that a copy can be put into it.
///
/// # Errors
/// It cannot be reached.
pub fn is_vacant(url: &DatabaseUrl) -> Result<bool> {
    match url {
        DatabaseUrl::Sqlite(path) => Ok(!path.exists()),
        DatabaseUrl::Postgres(_) => postgres::is_vacant(&mut AnyConnection::open(url)?),
    }
}

/// For its owner alone from the first byte on.
fn create(file: &Path) -> Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file).map(drop).map_err(|error| Error::of_file(file, &error))
}

fn sync(file: &Path) -> Result<()> {
    let synced = std::fs::File::open(file).and_then(|file| file.sync_all());
    synced.map_err(|error| Error::of_file(file, &error))
}
