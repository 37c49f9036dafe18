//! A PostgreSQL to test against: the one that the person names, or a private one for this run.

mod account;
mod cluster;
mod programs;

use std::path::Path;
use std::process::{self, Command};
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::Context;

use crate::process::{output, run};
pub use account::Account;
use cluster::Cluster;
pub use programs::{Programs, psql};

/// Tells the tests where to make databases of their own; unset, they skip their PostgreSQL half aloud.
pub const VARIABLE: &str = "MINTMARK_TEST_POSTGRES";

/// A running PostgreSQL; one that we started stops when this is dropped.
#[derive(Debug)]
pub struct Postgres {
    url: String,
    _cluster: Option<Cluster>,
}

/// A database of our own on a server that may be somebody else's.
#[derive(Debug)]
pub struct Database<'a> {
    postgres: &'a Postgres,
    name: String,
}

/// The server named in the environment, else a private one, else nothing. Under CI nothing is an error,
/// because a check that skips half of itself unseen is worse than none.
pub fn supply() -> anyhow::Result<Option<Postgres>> {
    if let Ok(url) = std::env::var(VARIABLE) {
        println!("\n    PostgreSQL: the one in {VARIABLE}");
        return Ok(Some(Postgres { url, _cluster: None }));
    }
    let found = match Programs::find() {
        None if std::env::var_os("CI").is_some() => Some(install()?),
        found => found,
    };
    found.map(|programs| start(&programs)).transpose()
}

/// One of our own, for whoever means to kill, freeze or starve it; nothing where no PostgreSQL is installed.
pub fn private() -> anyhow::Result<Option<Postgres>> {
    Programs::find().map(|programs| start(&programs)).transpose()
}

impl Postgres {
    /// Where an administrator connects; the tests make and drop their databases through it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// An empty database, which is gone when it is dropped.
    pub fn empty_database(&self) -> anyhow::Result<Database<'_>> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("mintmark_try_{}_{}", process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        self.execute(&format!("CREATE DATABASE {name}"))?;
        Ok(Database { postgres: self, name })
    }

    fn execute(&self, statement: &str) -> anyhow::Result<()> {
        let mut psql = Command::new(programs::psql());
        psql.args(["--no-psqlrc", "--quiet", "--command", statement]);
        output(psql.arg(&self.url)).map(drop)
    }
}

impl Database<'_> {
    /// Where it is, with whatever credentials the server wants.
    pub fn url(&self) -> String {
        with_database(&self.postgres.url, &self.name)
    }
}

impl Drop for Database<'_> {
    fn drop(&mut self) {
        // A failed test may have left a connection open, which would keep the database alive.
        if let Err(error) = self.postgres.execute(&format!("DROP DATABASE {} WITH (FORCE)", self.name)) {
            println!("    the database {} stays behind: {error:#}", self.name);
        }
    }
}

fn start(programs: &Programs) -> anyhow::Result<Postgres> {
    println!("\n    PostgreSQL: a private one from {}", programs.folder().display());
    let cluster = Cluster::start(programs)?;
    Ok(Postgres { url: cluster.url(), _cluster: Some(cluster) })
}

fn install() -> anyhow::Result<Programs> {
    if rustix::process::geteuid().is_root() && Path::new("/usr/bin/apt-get").exists() {
        println!("\n    PostgreSQL is missing: installing it, because CI is set");
        run(Command::new("apt-get").arg("update"))?;
        run(Command::new("apt-get")
            .args(["install", "-y", "postgresql"])
            .env("DEBIAN_FRONTEND", "noninteractive"))?;
    }
    Programs::find()
        .context("no PostgreSQL: install its server (apt-get install postgresql, brew install postgresql)")
}

/// The same server and the same parameters, another database.
fn with_database(url: &str, name: &str) -> String {
    let (address, parameters) = match url.split_once('?') {
        Some((address, parameters)) => (address, format!("?{parameters}")),
        None => (url, String::new()),
    };
    let host = address.find("://").map_or(0, |scheme| scheme + "://".len());
    let end = address[host..].find('/').map_or(address.len(), |slash| host + slash);
    format!("{}/{name}{parameters}", &address[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_database_keeps_the_server_and_the_parameters() {
        let cases = [
            ("postgres://u@127.0.0.1:5432/postgres", "postgres://u@127.0.0.1:5432/new"),
            ("postgres://u:p@db?sslmode=require", "postgres://u:p@db/new?sslmode=require"),
            (
                "postgres://u@db/old?options=-csearch_path%3Da/b",
                "postgres://u@db/new?options=-csearch_path%3Da/b",
            ),
        ];
        for (url, expected) in cases {
            assert_eq!(with_database(url, "new"), expected);
        }
    }

    #[test]
    fn a_private_cluster_takes_connections_and_leaves_nothing_behind() {
        let Some(programs) = Programs::find() else {
            println!("SKIPPED: no PostgreSQL is installed");
            return;
        };
        let cluster = Cluster::start(&programs).unwrap();
        let (folder, address) = (cluster.folder().to_owned(), cluster.address());
        let postgres = Postgres { url: cluster.url(), _cluster: Some(cluster) };
        let database = postgres.empty_database().unwrap();
        let inside = Postgres { url: database.url(), _cluster: None };
        inside.execute("CREATE TABLE coins (mintmark text)").unwrap();
        drop(database);
        assert!(inside.execute("SELECT 1").is_err());
        drop(postgres);
        assert!(!folder.exists());
        assert!(std::net::TcpStream::connect(address).is_err());
    }
}
