//! A server under test, from its start to its end, whoever ends it.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus};
use std::time::Duration;

use anyhow::{Context, bail};
use rustix::process::Signal;
use xtask::process::{signal, wait_for, wait_within};

/// How long a start or a stop may take before the test has failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running `mintmark-server`; killed when it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    log: PathBuf,
    port: u16,
}

impl Server {
    pub(crate) fn spawn(mut command: Command, log: PathBuf, port: u16) -> anyhow::Result<Self> {
        let file = File::create(&log)?;
        command.stdout(file.try_clone()?).stderr(file);
        let child = command.spawn().context("cannot start mintmark-server")?;
        Ok(Self { child, log, port })
    }

    /// Returns when `/readyz` says so; an error if the server ends instead.
    pub(crate) fn await_readiness(&mut self) -> anyhow::Result<()> {
        wait_for("the server's readiness", PATIENCE, || {
            if let Some(status) = self.child.try_wait()? {
                bail!("the server ended with {status}:\n{}", self.log()?);
            }
            Ok((self.readiness() == Some(200)).then_some(()))
        })
    }

    /// The status of `/readyz`; nothing if there is no answer.
    pub(crate) fn readiness(&self) -> Option<u16> {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(5)))
            .build()
            .new_agent();
        let answer = agent.get(format!("http://127.0.0.1:{}/readyz", self.port)).call();
        answer.ok().map(|answer| answer.status().as_u16())
    }

    /// As a power cut would: no goodbye.
    pub(crate) fn kill(mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// As a service manager does; answers how it ended.
    pub(crate) fn stop(mut self) -> anyhow::Result<ExitStatus> {
        signal(&self.child, Signal::TERM)?;
        self.end(PATIENCE)?.context("the server still ran 30 s after SIGTERM")
    }

    /// How it ended, if it does so by itself in this time.
    pub(crate) fn end(&mut self, limit: Duration) -> anyhow::Result<Option<ExitStatus>> {
        wait_within(&mut self.child, limit)
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, which: Signal) -> anyhow::Result<()> {
        signal(&self.child, which)
    }

    pub(crate) fn process_id(&self) -> u32 {
        self.child.id()
    }

    /// Everything it has printed so far.
    pub(crate) fn log(&self) -> anyhow::Result<String> {
        Ok(String::from_utf8_lossy(&fs::read(&self.log)?).into_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail only where the server has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
