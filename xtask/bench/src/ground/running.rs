//! A server that takes deliveries.

use super::Home;
use super::mintmark::PATH;
use crate::child::Server;
use crate::load::{Load, Order, Wanted, tell_once};
use crate::usage::Usage;
use anyhow::ensure;
use rustix::process::Signal;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Of its own, so that the orders of a measurement are new to the server.
const FIRST_ORDER: u64 = u64::MAX;

/// The server ends before its home is taken away.
#[derive(Debug)]
pub(crate) struct Running {
    server: Server,
    home: Home,
}

impl Running {
    /// Returns when a first delivery is accepted, so that no measurement pays for a start.
    pub(crate) fn start(mut command: Command, home: Home) -> anyhow::Result<Self> {
        let server = Server::start(&mut command, &home.folder().join("server.log"))?;
        let mut running = Self { server, home };
        let address = running.home.address();
        running.server.wait_until(|| {
            let answer = tell_once(address, PATH, Order::first(FIRST_ORDER));
            answer.is_ok_and(|answer| answer.status == 200)
        })?;
        Ok(running)
    }

    /// New deliveries over so many connections; a fifth more time before is not counted.
    pub(crate) fn load(&self, connections: usize, duration: Duration) -> Load {
        Load {
            address: self.home.address(),
            path: PATH.to_owned(),
            connections,
            warm_up: duration / 5,
            duration,
            wanted: Wanted::LicenseKey,
            stop: Arc::default(),
        }
    }

    /// Makes our server read its catalog again.
    pub(crate) fn reload(&self) -> anyhow::Result<()> {
        self.server.signal(Signal::HUP)?;
        let begun = Instant::now();
        while !self.server.last_words().contains("the catalog is read again") {
            ensure!(begun.elapsed() < Duration::from_secs(10), "the catalog is not read again");
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    /// Ends the server and keeps its home.
    pub(crate) fn stop(self) -> Home {
        self.home
    }

    pub(crate) fn usage(&self) -> Option<Usage> {
        self.server.usage()
    }

    pub(crate) fn home(&self) -> &Home {
        &self.home
    }
}
