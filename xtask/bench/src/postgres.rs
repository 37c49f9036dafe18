//! The PostgreSQL server of a run, and databases on it that last for one measurement.

use std::sync::atomic::{AtomicU32, Ordering};
use tokio_postgres::{Client, NoTls};

/// Names the server, as for the tests.
const VARIABLE: &str = "MINTMARK_TEST_POSTGRES";

/// Makes names of databases unique within this process.
static DATABASES: AtomicU32 = AtomicU32::new(0);

/// A server that we may make databases on.
#[derive(Debug, Clone)]
pub(crate) struct Postgres {
    url: String,
}

/// An empty database at first; gone when it is dropped.
#[derive(Debug)]
pub(crate) struct Database {
    server: Postgres,
    name: String,
}

impl Postgres {
    /// The one that the environment names.
    pub(crate) fn named() -> Option<Self> {
        std::env::var(VARIABLE).ok().map(|url| Self { url })
    }

    pub(crate) fn version(&self) -> anyhow::Result<String> {
        with_client(&self.url, async |client| Ok(client.query_one("SHOW server_version", &[]).await?.get(0)))
    }

    pub(crate) fn empty_database(&self) -> anyhow::Result<Database> {
        let number = DATABASES.fetch_add(1, Ordering::Relaxed);
        let name = format!("mintmark_bench_{}_{number}", std::process::id());
        execute(&self.url, &format!("CREATE DATABASE {name}"))?;
        Ok(Database { server: self.clone(), name })
    }
}

impl Database {
    /// The same server and the same parameters, this database.
    pub(crate) fn url(&self) -> String {
        with_database(&self.server.url, &self.name)
    }

    /// Runs statements, on a connection of their own.
    pub(crate) fn execute(&self, statements: &str) -> anyhow::Result<()> {
        execute(&self.url(), statements)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // The next measurement must not pay for this one's pages.
        let statements = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        if let Err(error) = execute(&self.server.url, &statements) {
            println!("    the database {} stays behind: {error:#}", self.name);
        }
        let _ = execute(&self.server.url, "CHECKPOINT");
    }
}

/// Connects, acts, and waits for the end of it in this thread.
pub(crate) fn with_client<T>(
    url: &str,
    act: impl AsyncFnOnce(&Client) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
        let connection = tokio::spawn(connection);
        let done = act(&client).await?;
        drop(client);
        connection.await??;
        Ok(done)
    })
}

fn execute(url: &str, statements: &str) -> anyhow::Result<()> {
    with_client(url, async |client| Ok(client.batch_execute(statements).await?))
}

fn with_database(url: &str, name: &str) -> String {
    let (address, parameters) = url.split_once('?').unwrap_or((url, ""));
    let host = address.find("://").map_or(0, |scheme| scheme + "://".len());
    let end = address[host..].find('/').map_or(address.len(), |slash| host + slash);
    let question_mark = if parameters.is_empty() { "" } else { "?" };
    format!("{}/{name}{question_mark}{parameters}", &address[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_database_keeps_the_server_and_the_parameters() {
        assert_eq!(with_database("postgres://u@h:5432/postgres", "new"), "postgres://u@h:5432/new");
        assert_eq!(with_database("postgres://u:p@h?a=b/c", "new"), "postgres://u:p@h/new?a=b/c");
    }
}
