//! A server that takes deliveries.

use super::Home;
use super::mintmark::PATH;
use crate::child::Server;
use crate::load::{Load, Orders, Wanted, tell_once};
use crate::usage::Usage;
use std::process::Command;
use std::time::Duration;

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
            let answer = tell_once(address, PATH, Orders::new(FIRST_ORDER).take());
            answer.is_ok_and(|answer| answer.status == 200)
        })?;
        Ok(running)
    }

    /// New deliveries over so many connections; a tenth more time before is not counted.
    pub(crate) fn load(&self, connections: usize, duration: Duration) -> Load {
        Load {
            address: self.home.address(),
            path: PATH.to_owned(),
            connections,
            warm_up: duration / 5,
            duration,
            wanted: Wanted::LicenseKey,
        }
    }

    pub(crate) fn usage(&self) -> Option<Usage> {
        self.server.usage()
    }

    pub(crate) fn home(&self) -> &Home {
        &self.home
    }
}
