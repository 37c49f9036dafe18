//! A PostgreSQL of the scenario's own, to be killed, frozen and started again on the same port.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::process::{Child, Command};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use xtask::port;
use xtask::postgres::{Account, Programs, psql};
use xtask::process::{output, wait_for, wait_within};

/// Whoever reaches the port is trusted, and it listens on loopback only.
const USER: &str = "mintmark";

/// A cluster in a folder of its own, gone when it is dropped.
#[derive(Debug)]
pub(crate) struct OwnCluster {
    programs: Programs,
    account: Account,
    port: u16,
    settings: Vec<String>,
    postmaster: Child,
    folder: TempDir,
}

/// Every process of a cluster, stopped; they go on when this is dropped.
#[derive(Debug)]
pub(crate) struct Frozen {
    processes: Vec<Pid>,
}

impl OwnCluster {
    /// Takes connections when this returns. `settings` are `name=value`, beside those of every cluster of ours.
    pub(crate) fn start(settings: &[&str]) -> anyhow::Result<Self> {
        let programs = Programs::find().context("no PostgreSQL is installed")?;
        let folder = tempfile::Builder::new().prefix("mintmark-faults-postgres-").tempdir()?;
        let account = Account::choose()?;
        account.own(folder.path())?;
        let mut initdb = programs.command("initdb");
        initdb.args(["--auth=trust", "--encoding=UTF8", "--locale=C", "--no-instructions", "--no-sync"]);
        initdb.args(["--username", USER]).arg("--pgdata").arg(folder.path().join("data"));
        account.run(initdb.current_dir(folder.path()));
        output(&mut initdb)?;
        let port = port::free()?;
        let settings: Vec<String> = settings.iter().map(|setting| (*setting).to_owned()).collect();
        let postmaster = launch(&programs, &account, &folder, port, &settings)?;
        let mut cluster = Self { programs, account, port, settings, postmaster, folder };
        cluster.await_readiness()?;
        Ok(cluster)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.port))
    }

    pub(crate) fn url(&self) -> String {
        url_at(self.address())
    }

    /// As `pg_ctl restart -m immediate`: no goodbye to anyone, and recovery from the log.
    pub(crate) fn restart_immediately(&mut self) -> anyhow::Result<()> {
        self.kill()?;
        self.start_again()
    }

    /// The first half of that.
    pub(crate) fn kill(&mut self) -> anyhow::Result<()> {
        kill_process(Pid::from_child(&self.postmaster), Signal::QUIT)?;
        let ended = wait_within(&mut self.postmaster, Duration::from_secs(20))?;
        ended.map(drop).context("the postmaster outlived SIGQUIT")
    }

    /// The second half: returns when it takes connections.
    pub(crate) fn start_again(&mut self) -> anyhow::Result<()> {
        // The last start's word of readiness must not be taken for this one's.
        drop(fs::remove_file(self.folder.path().join("data/postmaster.pid")));
        self.postmaster = launch(&self.programs, &self.account, &self.folder, self.port, &self.settings)?;
        self.await_readiness()
    }

    /// Makes a stopped cluster a hot standby that waits for a primary: it answers, and takes no writes.
    pub(crate) fn become_standby(&mut self) -> anyhow::Result<()> {
        kill_process(Pid::from_child(&self.postmaster), Signal::INT)?;
        let ended = wait_within(&mut self.postmaster, Duration::from_secs(20))?;
        ensure!(ended.is_some(), "the postmaster outlived a fast shutdown");
        File::create(self.folder.path().join("data/standby.signal"))?;
        self.start_again()
    }

    /// Kills one process that serves a client with SIGKILL; PostgreSQL then throws out all the others itself.
    pub(crate) fn kill_one_backend(&self) -> anyhow::Result<()> {
        let wanted = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' \
                      AND pid <> pg_backend_pid() ORDER BY backend_start DESC LIMIT 1";
        let pid = self.query(wanted)?.trim().parse().context("nobody is connected")?;
        kill_process(Pid::from_raw(pid).context("not a process")?, Signal::KILL)?;
        Ok(())
    }

    /// Ends one client's session in good order: its neighbors stay.
    pub(crate) fn terminate_one_backend(&self) -> anyhow::Result<()> {
        let statement = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' \
                         AND pid <> pg_backend_pid() ORDER BY backend_start DESC LIMIT 1";
        self.query(statement).map(drop)
    }

    /// Clients that are connected at this moment, this one left out.
    pub(crate) fn clients(&self) -> anyhow::Result<usize> {
        let count = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' \
                     AND pid <> pg_backend_pid()";
        Ok(self.query(count)?.trim().parse()?)
    }

    /// Stops every process of the cluster where it stands: connections stay open, the kernel goes on acknowledging.
    pub(crate) fn freeze(&self) -> anyhow::Result<Frozen> {
        let postmaster = Pid::from_child(&self.postmaster);
        // The parent first: then the children are all that there will be.
        kill_process(postmaster, Signal::STOP)?;
        let mut frozen = Frozen { processes: vec![postmaster] };
        for child in children(postmaster)? {
            // One that has just ended needs no stopping.
            if kill_process(child, Signal::STOP).is_ok() {
                frozen.processes.push(child);
            }
        }
        Ok(frozen)
    }

    /// Runs one statement and returns what it printed.
    pub(crate) fn query(&self, statement: &str) -> anyhow::Result<String> {
        let mut client = Command::new(psql());
        client.args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--command", statement]);
        output(client.arg(self.url()))
    }

    fn await_readiness(&mut self) -> anyhow::Result<()> {
        let Self { postmaster, folder, .. } = self;
        wait_for("PostgreSQL's start", Duration::from_secs(60), || {
            if let Some(status) = postmaster.try_wait()? {
                let log = fs::read_to_string(folder.path().join("log")).unwrap_or_default();
                bail!("postgres ended with {status}\n{log}");
            }
            // The eighth line of the postmaster's file is its state.
            let file = fs::read_to_string(folder.path().join("data/postmaster.pid")).unwrap_or_default();
            let ready = file.lines().nth(7).is_some_and(|state| matches!(state.trim(), "ready" | "standby"));
            Ok(ready.then_some(()))
        })
    }
}

impl Drop for OwnCluster {
    fn drop(&mut self) {
        let asked = kill_process(Pid::from_child(&self.postmaster), Signal::QUIT).is_ok();
        let ended = wait_within(&mut self.postmaster, Duration::from_secs(20));
        if !asked || !matches!(ended, Ok(Some(_))) {
            drop(self.postmaster.kill());
            drop(self.postmaster.wait());
        }
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        for process in self.processes.iter().rev() {
            let _ = kill_process(*process, Signal::CONT);
        }
    }
}

/// The cluster's database as it is reached at this address, such as a proxy's.
pub(crate) fn url_at(address: SocketAddr) -> String {
    format!("postgres://{USER}@{address}/postgres")
}

fn launch(
    programs: &Programs,
    account: &Account,
    folder: &TempDir,
    port: u16,
    settings: &[String],
) -> anyhow::Result<Child> {
    let log = File::options().create(true).append(true).open(folder.path().join("log"))?;
    let mut postgres = programs.command("postgres");
    postgres.arg("-D").arg(folder.path().join("data")).current_dir(folder.path());
    let port = format!("port={port}");
    let ours = [
        "listen_addresses=127.0.0.1",
        &port,
        "unix_socket_directories=",
        "shared_buffers=32MB",
        "max_connections=100",
    ];
    for setting in ours.into_iter().chain(settings.iter().map(String::as_str)) {
        postgres.args(["-c", setting]);
    }
    postgres.stdout(log.try_clone()?).stderr(log);
    account.run(&mut postgres);
    postgres.spawn().context("cannot start postgres")
}

/// PostgreSQL gives each of its processes a group of its own, so they are found by their parent.
fn children(parent: Pid) -> anyhow::Result<Vec<Pid>> {
    let table = output(Command::new("ps").args(["-A", "-o", "pid=,ppid="]))?;
    let parent = parent.as_raw_nonzero().get().to_string();
    let lines = table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let children = lines.filter(|words| words.get(1) == Some(&parent.as_str()));
    Ok(children.filter_map(|words| Pid::from_raw(words.first()?.parse().ok()?)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_survives_its_killing_and_holds_still_when_frozen() {
        if Programs::find().is_none() {
            println!("SKIPPED: no PostgreSQL is installed");
            return;
        }
        let mut cluster = OwnCluster::start(&[]).unwrap();
        cluster.query("CREATE TABLE coins (mintmark text)").unwrap();
        cluster.restart_immediately().unwrap();
        assert_eq!(cluster.query("SELECT count(*) FROM coins").unwrap().trim(), "0");
        assert_eq!(cluster.clients().unwrap(), 0);

        let frozen = cluster.freeze().unwrap();
        assert!(frozen.processes.len() > 3, "{frozen:?}");
        let url = format!("{}?connect_timeout=2", cluster.url());
        assert!(output(Command::new(psql()).arg(&url).args(["-c", "SELECT 1"])).is_err());
        drop(frozen);
        assert_eq!(cluster.clients().unwrap(), 0);

        cluster.become_standby().unwrap();
        assert_eq!(cluster.query("SELECT pg_is_in_recovery()").unwrap().trim(), "t");
    }
}
