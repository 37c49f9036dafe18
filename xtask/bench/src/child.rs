//! Servers in processes of their own, ended by the number that they were started under.

use crate::usage::{self, Usage};
use anyhow::{Context, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, thread};

/// How long a server may take to end before it is killed.
const PATIENCE: Duration = Duration::from_secs(15);

/// A running server; it is ended when this is dropped, and its children with it.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    log: PathBuf,
}

impl Server {
    /// Starts it. What it prints goes into a file. It stays in our process group, so that whatever ends us at the
    /// terminal ends it too.
    pub(crate) fn start(command: &mut Command, log: &Path) -> anyhow::Result<Self> {
        let file = fs::File::create(log)?;
        command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
        let child = command.spawn().with_context(|| format!("cannot start {command:?}"))?;
        Ok(Self { child, log: log.to_owned() })
    }

    pub(crate) fn usage(&self) -> Option<Usage> {
        Usage::of(self.child.id())
    }

    pub(crate) fn signal(&self, signal: Signal) -> anyhow::Result<()> {
        Ok(kill_process(Pid::from_child(&self.child), signal)?)
    }

    /// Asks until the question is answered with yes; the time that took.
    pub(crate) fn wait_until(&mut self, ready: impl Fn() -> bool) -> anyhow::Result<Duration> {
        let begun = Instant::now();
        while !ready() {
            if let Some(status) = self.child.try_wait()? {
                bail!("a server ended with {status}\n{}", self.last_words());
            }
            ensure!(
                begun.elapsed() < Duration::from_secs(120),
                "a server is not ready\n{}",
                self.last_words()
            );
            thread::sleep(Duration::from_millis(1));
        }
        Ok(begun.elapsed())
    }

    /// The end of what it printed, for the one who reads the error.
    pub(crate) fn last_words(&self) -> String {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }

    fn ended_within(&mut self, patience: Duration) -> bool {
        let begun = Instant::now();
        while begun.elapsed() < patience {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return true;
            }
            thread::sleep(Duration::from_millis(5));
        }
        false
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.signal(Signal::TERM);
        if !self.ended_within(PATIENCE) {
            for child in usage::children(self.child.id()) {
                let child = i32::try_from(child).ok().and_then(Pid::from_raw);
                let _ = child.map(|child| kill_process(child, Signal::KILL));
            }
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// An address on loopback that nobody listens on.
pub(crate) fn free_address() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_is_dropped_has_ended() {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(Command::new("sleep").arg("600"), &folder.path().join("log")).unwrap();
        let number = server.child.id();
        drop(server);
        assert!(Usage::of(number).is_none());
    }

    #[test]
    fn a_server_that_ends_at_once_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new("sh");
        let mut server =
            Server::start(command.args(["-c", "echo no luck; exit 3"]), &folder.path().join("log")).unwrap();
        let error = server.wait_until(|| false).unwrap_err().to_string();
        assert!(error.contains("no luck"), "{error}");
    }
}
