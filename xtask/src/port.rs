//! Ports on loopback for the servers that we start.

use std::hash::{BuildHasher, RandomState};
use std::net::TcpListener;

use anyhow::Context;

/// Below the ports that the system gives to outgoing connections: between our asking for one of those and our using it,
/// somebody's connection could have it.
const FIRST: u64 = 10_000;
const COUNT: u64 = 22_000;
const TRIES: u64 = 100;

/// A port that nobody holds at this moment; somebody else may take it before it is used.
pub fn free() -> anyhow::Result<u16> {
    let random = RandomState::new();
    let candidates = (0..TRIES).map(|number| FIRST + random.hash_one(number) % COUNT);
    let mut ports = candidates.filter_map(|port| u16::try_from(port).ok());
    ports.find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()).context("no free port was found")
}
