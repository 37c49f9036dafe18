//! Ports on loopback for the servers that we start.

use std::net::TcpListener;

/// A port that nobody holds at this moment; somebody else may take it before it is used.
pub fn free() -> anyhow::Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    Ok(listener.local_addr()?.port())
}
