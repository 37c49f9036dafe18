//! HTTP/1.1 by hand, for requests that no well-behaved client would send.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

/// Nothing that is waited for here may take longer.
const PATIENCE: Duration = Duration::from_secs(20);

/// The first lines of a request, and what is wrong with them is up to the caller.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    text: String,
}

/// An open connection.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    since: Instant,
}

/// What came back, and how long after the connection was opened.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
    pub(crate) took: Duration,
}

impl Head {
    /// A form to this target, without a word on its length.
    pub(crate) fn post(target: &str) -> Self {
        let text = format!(
            "POST {target} HTTP/1.1\r\nhost: shop.example\r\ncontent-type: application/x-www-form-urlencoded\r\n"
        );
        Self { text }
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.text.push_str(&format!("{name}: {value}\r\n"));
        self
    }

    /// The whole head, with the empty line that ends it.
    pub(crate) fn end(self) -> Vec<u8> {
        format!("{}\r\n", self.text).into_bytes()
    }

    /// A head that never ends.
    pub(crate) fn half(self) -> Vec<u8> {
        self.text.into_bytes()
    }
}

impl Connection {
    pub(crate) fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect_timeout(&address, PATIENCE).context("cannot connect")?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        Ok(Self { stream, since: Instant::now() })
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        self.stream.write_all(bytes).context("cannot send")
    }

    /// Sends the same bytes until the server answers, hangs up, or `most` bytes have been sent; says how many were.
    pub(crate) fn pour(&mut self, chunk: &[u8], most: usize) -> anyhow::Result<usize> {
        let mut poured = 0;
        while poured < most && !self.has_answer()? {
            match self.stream.write(chunk) {
                Ok(count) => poured += count,
                Err(error) if is_gone(&error) => break,
                Err(error) => return Err(error).context("cannot pour"),
            }
        }
        Ok(poured)
    }

    /// No more will be sent; what was declared and not sent is a lie.
    pub(crate) fn end(&mut self) -> anyhow::Result<()> {
        self.stream.shutdown(std::net::Shutdown::Write).context("cannot end")
    }

    /// The next answer.
    pub(crate) fn answer(&mut self) -> anyhow::Result<Answer> {
        let mut bytes = Vec::new();
        loop {
            if let Some((status, body)) = parse(&bytes)? {
                return Ok(Answer { status, body, took: self.since.elapsed() });
            }
            let mut chunk = [0; 4096];
            let count = self.stream.read(&mut chunk).context("no answer")?;
            if count == 0 {
                bail!(
                    "the connection was closed after {:.1} s without an answer",
                    self.since.elapsed().as_secs_f64()
                );
            }
            bytes.extend_from_slice(&chunk[..count]);
        }
    }

    /// Whether there is something to read, the end included.
    fn has_answer(&self) -> anyhow::Result<bool> {
        self.stream.set_nonblocking(true)?;
        let peeked = self.stream.peek(&mut [0]);
        self.stream.set_nonblocking(false)?;
        match peeked {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(false),
            Err(error) if is_gone(&error) => Ok(true),
            Err(error) => Err(error).context("cannot look for an answer"),
        }
    }
}

/// The two ways in which a server that has hung up is noticed.
fn is_gone(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe | ErrorKind::ConnectionAborted)
}

/// Status and body, once both are there; our answers always declare their length.
fn parse(bytes: &[u8]) -> anyhow::Result<Option<(u16, String)>> {
    let text = String::from_utf8_lossy(bytes);
    let Some((head, rest)) = text.split_once("\r\n\r\n") else { return Ok(None) };
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).context("no status line")?;
    let length = lines
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .map_or(Ok(0), |(_, value)| value.trim().parse())
        .context("no length")?;
    Ok((rest.len() >= length).then(|| (status.parse().unwrap_or(0), rest[..length].to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_once_it_is_whole() {
        let whole = b"HTTP/1.1 503 Later\r\nContent-Length: 2\r\n\r\n{}";
        assert_eq!(parse(&whole[..whole.len() - 1]).unwrap(), None);
        assert_eq!(parse(whole).unwrap(), Some((503, "{}".to_owned())));
        assert_eq!(parse(b"HTTP/1.1 408 Slow\r\n\r\n").unwrap(), Some((408, String::new())));
    }

    #[test]
    fn a_head_is_what_it_was_told_to_be() {
        let head = Head::post("/x").with("content-length", "5").with("transfer-encoding", "chunked").end();
        let head = String::from_utf8(head).unwrap();
        assert!(head.starts_with("POST /x HTTP/1.1\r\n") && head.ends_with("chunked\r\n\r\n"), "{head}");
    }
}
