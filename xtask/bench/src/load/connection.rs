//! One keep-alive connection of the generator.

use super::answer::{self, Answer};
use anyhow::{bail, ensure};
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// More than any answer of ours, head and body.
const LONGEST_ANSWER: usize = 8 * 1024;

#[derive(Debug)]
pub(super) struct Connection {
    stream: TcpStream,
    buffer: Box<[u8; LONGEST_ANSWER]>,
}

impl Connection {
    pub(super) async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Box::new([0; LONGEST_ANSWER]) })
    }

    /// Sends one request, waits for its answer. After an error the connection is good for nothing.
    pub(super) async fn exchange(&mut self, request: &[u8]) -> anyhow::Result<Answer> {
        self.stream.write_all(request).await?;
        let mut filled = 0;
        loop {
            ensure!(filled < LONGEST_ANSWER, "an answer without end");
            match self.stream.read(&mut self.buffer[filled..]).await? {
                0 => bail!("the server hung up"),
                read => filled += read,
            }
            if let Some(answer) = answer::read(&self.buffer[..filled])? {
                ensure!(answer.length == filled, "more came than one answer");
                return Ok(answer);
            }
        }
    }
}
