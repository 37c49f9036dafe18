//! A client on a bare socket, as stores and proxies have them: it keeps its connection until it is told to close.

use crate::installation::SECRET;
use std::io::{self, BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// The longest that a client waits for a byte, as Gumroad does.
const PATIENCE: Duration = Duration::from_secs(5);

/// One client.
pub(crate) struct Client {
    address: SocketAddr,
    kept: Option<BufReader<TcpStream>>,
    /// Whether the connection of the last request had been answered on before.
    pub(crate) was_let_in: bool,
}

/// What it was answered.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) closes: bool,
    pub(crate) body: String,
}

impl Client {
    pub(crate) fn of(address: &str) -> Self {
        Self { address: address.parse().unwrap(), kept: None, was_let_in: false }
    }

    /// Sells as a store does.
    ///
    /// # Errors
    /// `ConnectionRefused` if nobody listens; anything else if the answer did not come.
    pub(crate) fn deliver(&mut self, body: &str) -> io::Result<Answered> {
        self.request(&delivery(body))
    }

    pub(crate) fn get(&mut self, path: &str) -> io::Result<Answered> {
        self.request(&format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n"))
    }

    pub(crate) fn request(&mut self, request: &str) -> io::Result<Answered> {
        self.was_let_in = self.kept.is_some();
        let mut connection = match self.kept.take() {
            Some(kept) => kept,
            None => BufReader::new(connect(self.address)?),
        };
        connection.get_mut().write_all(request.as_bytes())?;
        let answered = read(&mut connection)?;
        self.kept = (!answered.closes).then_some(connection);
        Ok(answered)
    }
}

/// A delivery with the right secret, as bytes on the wire.
pub(crate) fn delivery(body: &str) -> String {
    format!(
        "POST /webhooks/gumroad?secret={SECRET} HTTP/1.1\r\nhost: x\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

pub(crate) fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let socket = TcpStream::connect(address)?;
    socket.set_nodelay(true)?;
    socket.set_read_timeout(Some(PATIENCE))?;
    socket.set_write_timeout(Some(PATIENCE))?;
    Ok(socket)
}

pub(crate) fn read(connection: &mut BufReader<TcpStream>) -> io::Result<Answered> {
    let (mut head, mut size) = (String::new(), 0);
    while !head.ends_with("\r\n\r\n") {
        if connection.read_line(&mut head)? == 0 {
            return Err(io::Error::new(ErrorKind::UnexpectedEof, format!("after {head:?}")));
        }
    }
    for line in head.lines() {
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length: ") {
            size = value.parse().unwrap();
        }
    }
    let mut body = vec![0; size];
    connection.read_exact(&mut body)?;
    Ok(Answered {
        status: head.split(' ').nth(1).unwrap().parse().unwrap(),
        closes: head.contains("connection: close\r\n"),
        body: String::from_utf8(body).unwrap(),
    })
}
