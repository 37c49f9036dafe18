//! As much of HTTP as a mail provider's double needs.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use anyhow::{Context, ensure};

/// One request, read whole.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    target: String,
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// Without the query.
    pub(crate) fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// A value of the query, as it was written.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        let (_, query) = self.target.split_once('?')?;
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
    }
}

/// A client that may send several requests.
pub(super) struct Connection<'a> {
    reader: BufReader<&'a TcpStream>,
}

impl<'a> Connection<'a> {
    pub(super) fn new(stream: &'a TcpStream) -> Self {
        Self { reader: BufReader::new(stream) }
    }

    /// The next request; nothing once the client has gone.
    pub(super) fn request(&mut self) -> anyhow::Result<Option<Request>> {
        let mut line = String::new();
        if self.reader.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let mut words = line.split(' ').map(str::to_owned);
        let (method, target) = words.next().zip(words.next()).context("no request line")?;
        let mut body = vec![0; self.headers()?];
        self.reader.read_exact(&mut body)?;
        Ok(Some(Request { method, target, body }))
    }

    /// Reads whatever comes, and returns when the client has gone.
    pub(super) fn await_end(&mut self) -> anyhow::Result<()> {
        std::io::copy(&mut self.reader, &mut std::io::sink())?;
        Ok(())
    }

    pub(super) fn answer(&mut self, status: u16, body: &str) -> anyhow::Result<()> {
        let head = format!(
            "HTTP/1.1 {status} Double\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        self.reader.get_mut().write_all((head + body).as_bytes())?;
        Ok(())
    }

    /// Reads the headers; answers the length of the body.
    fn headers(&mut self) -> anyhow::Result<usize> {
        let mut length = 0;
        loop {
            let mut line = String::new();
            ensure!(self.reader.read_line(&mut line)? > 0, "the request breaks off");
            let line = line.trim_end().to_ascii_lowercase();
            if line.is_empty() {
                return Ok(length);
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse()?;
            }
        }
    }
}
