//! The server under test, from its start to its exit code.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use rustix::process::Signal;

use super::answer::Answer;
use super::shop::Shop;
use crate::process::{signal, wait_for, wait_within};

/// A running `mintmark-server`; one that is dropped before it was stopped is killed.
#[derive(Debug)]
pub(super) struct Server {
    child: Child,
    log: PathBuf,
}

impl Server {
    /// Starts it and returns when it says that it is ready. Each start has a log of its own.
    pub(super) fn start(shop: &Shop<'_>, log: &str) -> anyhow::Result<Self> {
        let log = shop.folder().join(log);
        let file = File::create(&log)?;
        let mut command = shop.program("mintmark-server")?;
        command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
        let child = command.spawn().context("cannot start mintmark-server")?;
        let mut server = Self { child, log };
        server.await_readiness(shop)?;
        Ok(server)
    }

    /// Everything it has printed so far.
    pub(super) fn log(&self) -> anyhow::Result<String> {
        Ok(fs::read_to_string(&self.log)?)
    }

    /// The address for the store's settings, which is printed in the first run only.
    pub(super) fn ping_url(&self) -> anyhow::Result<String> {
        wait_for(
            "the ping URL",
            Duration::from_secs(5),
            || Ok(find_ping_url(&self.log()?).map(str::to_owned)),
        )
    }

    /// Stops it as a service manager does, and wants a clean exit soon.
    pub(super) fn stop(mut self) -> anyhow::Result<()> {
        signal(&self.child, Signal::TERM)?;
        let status = wait_within(&mut self.child, Duration::from_secs(10))?;
        let status = status.context("the server still ran 10 s after SIGTERM")?;
        ensure!(status.success(), "the server ended with {status}");
        Ok(())
    }

    fn await_readiness(&mut self, shop: &Shop<'_>) -> anyhow::Result<()> {
        let url = shop.url("/readyz");
        wait_for("the server's readiness", Duration::from_secs(30), || {
            if let Some(status) = self.child.try_wait()? {
                bail!("the server ended with {status}");
            }
            let ready = Answer::to_get(&url).is_ok_and(|answer| answer.status == 200);
            Ok(ready.then_some(()))
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn find_ping_url(log: &str) -> Option<&str> {
    let words = log.split(|letter: char| letter.is_whitespace() || "'\"`<>\\".contains(letter));
    words.into_iter().find(|word| word.starts_with("http://") && word.contains("/webhooks/gumroad?secret="))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ping_url_is_found_bare_or_in_quotes() {
        let url = "http://127.0.0.1:8080/webhooks/gumroad?secret=abc_DEF-123";
        assert_eq!(find_ping_url(&format!("Ping URL:\n  {url}\n")), Some(url));
        assert_eq!(find_ping_url(&format!("curl '{url}' -d price=0")), Some(url));
        assert_eq!(find_ping_url(&format!("{{\"ping\":\"{url}\"}}")), Some(url));
    }

    #[test]
    fn a_masked_address_is_no_ping_url() {
        assert_eq!(find_ping_url("listening on http://127.0.0.1:8080/webhooks/gumroad\n"), None);
    }
}
