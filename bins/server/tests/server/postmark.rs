//! A double of Postmark: answers as it is told, keeps what it was sent, and finds what it accepted.

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
    manner: Manner,
    letters: Vec<Value>,
    accepted: Vec<Value>,
}

/// What it does with a letter.
#[derive(Clone, Copy)]
enum Manner {
    Accept,
    Refuse(u16, i64),
    AcceptAndHangUp,
}

impl Postmark {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state =
            Arc::new(Mutex::new(State { manner: Manner::Accept, letters: Vec::new(), accepted: Vec::new() }));
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
        self.state.lock().unwrap().manner = Manner::Refuse(status, code);
    }

    pub(crate) fn accept(&self) {
        self.state.lock().unwrap().manner = Manner::Accept;
    }

    /// From now on it accepts and loses its answer.
    pub(crate) fn lose_answers(&self) {
        self.state.lock().unwrap().manner = Manner::AcceptAndHangUp;
    }

    /// What it was sent, accepted or not.
    pub(crate) fn letters(&self) -> Vec<Value> {
        self.state.lock().unwrap().letters.clone()
    }
}

const MESSAGE_ID: &str = "0a129aee-e1cd-480d-b08d-4f48548ff48d";

impl State {
    /// The answer to a letter, if there is one.
    fn take(&mut self, letter: Value) -> Option<(u16, Value)> {
        self.letters.push(letter.clone());
        if let Manner::Refuse(status, code) = self.manner {
            return Some((status, json!({"ErrorCode": code, "Message": "refused by the double"})));
        }
        self.accepted.push(letter);
        let answer = json!({
            "To": "jane@example.com", "SubmittedAt": "2026-03-14T09:27:00.0000000Z",
            "MessageID": MESSAGE_ID, "ErrorCode": 0, "Message": "OK",
        });
        matches!(self.manner, Manner::Accept).then_some((200, answer))
    }

    /// The answer to the question for a letter.
    fn find(&self, question: &str) -> (u16, Value) {
        let asked_for = |letter: &&Value| {
            letter["Metadata"]["mail_uid"].as_str().is_some_and(|uid| question.contains(uid))
        };
        let found: Vec<Value> =
            self.accepted.iter().filter(asked_for).map(|_| json!({"MessageID": MESSAGE_ID})).collect();
        (200, json!({"TotalCount": found.len(), "Messages": found}))
    }
}

fn serve(stream: TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let (mut length, mut question, mut line) = (0, String::new(), String::new());
    reader.read_line(&mut question)?;
    while reader.read_line(&mut line)? > 2 {
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        line.clear();
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let answer = if question.starts_with("GET /messages/outbound?") {
        Some(state.lock().unwrap().find(&question))
    } else {
        state.lock().unwrap().take(serde_json::from_slice(&body).unwrap())
    };
    let Some((status, answer)) = answer else { return Ok(()) };
    let answer = answer.to_string();
    write!(
        reader.into_inner(),
        "HTTP/1.1 {status} Double\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{answer}",
        answer.len()
    )
}
