//! A private PostgreSQL in a folder of its own, gone when it is dropped.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command};
use std::time::Duration;

use anyhow::{Context, bail};
use rustix::process::Signal;
use tempfile::TempDir;

use super::account::Account;
use super::programs::Programs;
use crate::port;
use crate::process::{output, signal, wait_for, wait_within};

/// The only user of the cluster; whoever reaches the port is trusted, and it listens on loopback only.
const USER: &str = "mintmark";

#[derive(Debug)]
pub(super) struct Cluster {
    port: u16,
    postmaster: Child,
    folder: TempDir,
}

impl Cluster {
    /// Makes the cluster, starts it, and returns when it takes connections.
    pub(super) fn start(programs: &Programs) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("mintmark-postgres-").tempdir()?;
        let account = Account::choose()?;
        account.own(folder.path())?;
        initialize(programs, &account, folder.path())?;
        let port = port::free()?;
        let postmaster = launch(programs, &account, folder.path(), port)?;
        let mut cluster = Self { port, postmaster, folder };
        cluster.await_connections()?;
        Ok(cluster)
    }

    pub(super) fn url(&self) -> String {
        format!("postgres://{USER}@{}/postgres", self.address())
    }

    pub(super) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    #[cfg(test)]
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn await_connections(&mut self) -> anyhow::Result<()> {
        let Self { postmaster, folder, .. } = self;
        wait_for("PostgreSQL's start", Duration::from_secs(60), || {
            if let Some(status) = postmaster.try_wait()? {
                let log = fs::read_to_string(folder.path().join("log")).unwrap_or_default();
                bail!("postgres ended with {status}\n{log}");
            }
            Ok(is_ready(folder.path()).then_some(()))
        })
    }
}

impl Drop for Cluster {
    /// Asks for a fast shutdown; only a postmaster that does not listen is killed.
    fn drop(&mut self) {
        let asked = signal(&self.postmaster, Signal::INT).is_ok();
        let ended = wait_within(&mut self.postmaster, Duration::from_secs(20));
        if !asked || !matches!(ended, Ok(Some(_))) {
            let _ = self.postmaster.kill();
            let _ = self.postmaster.wait();
        }
    }
}

fn initialize(programs: &Programs, account: &Account, folder: &Path) -> anyhow::Result<()> {
    let mut initdb = programs.command("initdb");
    initdb.args(["--auth=trust", "--encoding=UTF8", "--locale=C", "--no-instructions", "--username", USER]);
    initdb.arg("--pgdata").arg(folder.join("data")).current_dir(folder);
    account.run(&mut initdb);
    output(&mut initdb).map(drop)
}

/// `fsync` stays on: the server under test refuses a database that may forget.
fn launch(programs: &Programs, account: &Account, folder: &Path, port: u16) -> anyhow::Result<Child> {
    let log = File::create(folder.join("log"))?;
    let mut postgres = programs.command("postgres");
    postgres.arg("-D").arg(folder.join("data")).current_dir(folder);
    set(&mut postgres, "listen_addresses=127.0.0.1");
    set(&mut postgres, &format!("port={port}"));
    set(&mut postgres, "unix_socket_directories=");
    set(&mut postgres, "shared_buffers=32MB");
    set(&mut postgres, "max_connections=200");
    postgres.stdout(log.try_clone()?).stderr(log);
    account.run(&mut postgres);
    postgres.spawn().context("cannot start postgres")
}

fn set(postgres: &mut Command, setting: &str) {
    postgres.args(["-c", setting]);
}

/// The eighth line of the postmaster's file says so; `pg_ctl --wait` reads the same line.
fn is_ready(folder: &Path) -> bool {
    let status = fs::read_to_string(folder.join("data/postmaster.pid")).unwrap_or_default();
    status.lines().nth(7).is_some_and(|line| line.trim() == "ready")
}
