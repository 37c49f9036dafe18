//! An HTTP service that answers as scripted, one connection per answer.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::mpsc::{Receiver, Sender, channel},
    thread,
};

/// What the service does with one request.
pub(crate) enum Answer {
    /// Answers with a status and a body.
    Say(u16, &'static str),
    /// Reads the request and hangs up.
    HangUp,
    /// Reads the request and says nothing.
    Silence,
}

/// A request as it arrived.
pub(crate) struct Received {
    /// The request line and the headers, as sent.
    pub(crate) head: String,
    /// The body.
    pub(crate) body: String,
}

/// The service. It stops when dropped.
pub(crate) struct HttpDouble {
    url: String,
    received: Receiver<Received>,
    _running: Sender<()>,
}

impl HttpDouble {
    pub(crate) fn start(answers: Vec<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (note, received) = channel();
        let (running, stopped) = channel();
        thread::spawn(move || {
            for answer in answers {
                let (stream, _) = listener.accept().unwrap();
                let _ = note.send(read(&stream));
                act(&answer, &stream, &stopped);
            }
        });
        Self { url, received, _running: running }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The next request.
    pub(crate) fn received(&self) -> Received {
        self.received.recv().unwrap()
    }
}

fn read(stream: &TcpStream) -> Received {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while reader.read_line(&mut head).unwrap() > 2 {}
    let length =
        head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).unwrap();
    Received { head, body: String::from_utf8(body).unwrap() }
}

fn act(answer: &Answer, mut stream: &TcpStream, stopped: &Receiver<()>) {
    match answer {
        Answer::Say(status, body) => write!(
            stream,
            "HTTP/1.1 {status} Scripted\r\nLocation: /elsewhere\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap(),
        Answer::HangUp => {}
        Answer::Silence => drop(stopped.recv()),
    }
}
