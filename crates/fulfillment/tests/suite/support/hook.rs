//! A webhook of the operator's, which remembers what it was told.

use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};

/// Answers every request until the test ends.
pub(crate) struct Hook {
    url: String,
    status: Arc<AtomicU16>,
    told: Arc<Mutex<Vec<Value>>>,
}

impl Hook {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/services/a-secret-of-the-room", listener.local_addr().unwrap());
        let hook = Self { url, status: Arc::new(AtomicU16::new(200)), told: Arc::default() };
        let (status, told) = (Arc::clone(&hook.status), Arc::clone(&hook.told));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                answer(&stream.unwrap(), status.load(Ordering::SeqCst), &told);
            }
        });
        hook
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// From now on it answers so.
    pub(crate) fn answer_with(&self, status: u16) {
        self.status.store(status, Ordering::SeqCst);
    }

    /// What it took, in order.
    pub(crate) fn told(&self) -> Vec<Value> {
        self.told.lock().unwrap().clone()
    }
}

fn answer(mut stream: &TcpStream, status: u16, told: &Mutex<Vec<Value>>) {
    let mut reader = BufReader::new(stream);
    let (mut head, mut line) = (String::new(), String::new());
    while reader.read_line(&mut line).unwrap() > 2 {
        head.push_str(&std::mem::take(&mut line));
    }
    let length =
        head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap()];
    reader.read_exact(&mut body).unwrap();
    if status == 200 {
        told.lock().unwrap().push(serde_json::from_slice(&body).unwrap());
    }
    write!(stream, "HTTP/1.1 {status} Told\r\nConnection: close\r\nContent-Length: 0\r\n\r\n").unwrap();
}
