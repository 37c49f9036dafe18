//! A double of Postmark: answers as it is told, and keeps what it was sent.

use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// Runs until the test ends.
pub(crate) struct Postmark {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

struct State {
    answer: (u16, Value),
    letters: Vec<Value>,
}

impl Postmark {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State { answer: accepted(), letters: Vec::new() }));
        std::thread::spawn({
            let state = Arc::clone(&state);
            move || listener.incoming().flatten().for_each(|stream| drop(serve(stream, &state)))
        });
        Self { address, state }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on it refuses with this status and error code.
    pub(crate) fn refuse(&self, status: u16, code: i64) {
        self.state.lock().unwrap().answer =
            (status, json!({"ErrorCode": code, "Message": "refused by the double"}));
    }

    pub(crate) fn accept(&self) {
        self.state.lock().unwrap().answer = accepted();
    }

    /// What it was sent, accepted or not.
    pub(crate) fn letters(&self) -> Vec<Value> {
        self.state.lock().unwrap().letters.clone()
    }
}

fn accepted() -> (u16, Value) {
    let answer = json!({
        "To": "jane@example.com", "SubmittedAt": "2026-03-14T09:27:00.0000000Z",
        "MessageID": "0a129aee-e1cd-480d-b08d-4f48548ff48d", "ErrorCode": 0, "Message": "OK",
    });
    (200, answer)
}

fn serve(stream: TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let (mut length, mut line) = (0, String::new());
    while reader.read_line(&mut line)? > 2 {
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        line.clear();
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let (status, answer) = {
        let mut state = state.lock().unwrap();
        state.letters.push(serde_json::from_slice(&body).unwrap());
        state.answer.clone()
    };
    let answer = answer.to_string();
    write!(
        reader.into_inner(),
        "HTTP/1.1 {status} Double\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{answer}",
        answer.len()
    )
}
