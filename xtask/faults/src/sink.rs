//! The mail sink: a double of Postmark on loopback that keeps every letter it accepts.

mod http;

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::thread;

use anyhow::Context;
use serde_json::{Value, json};

pub(crate) use http::Request;

/// A letter that was accepted: its buyer has it, or will.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Letter {
    pub(crate) mail_uid: String,
    pub(crate) recipient: String,
    pub(crate) text: String,
    pub(crate) message_id: String,
}

/// How one request ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reply {
    /// As Postmark does when all is well: a letter is accepted, a search is answered.
    Well,
}

/// Decides how a request ends; faults are closures.
pub(crate) type Behavior = dyn Fn(&Request) -> Reply + Send + Sync;

/// Runs until the program ends; it holds no more than a socket.
#[derive(Clone)]
pub(crate) struct Sink {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    letters: Mutex<Vec<Letter>>,
    behavior: RwLock<Box<Behavior>>,
}

impl Sink {
    /// One that accepts everything.
    pub(crate) fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let behavior: Box<Behavior> = Box::new(|_: &Request| Reply::Well);
        let shared = Arc::new(Shared { letters: Mutex::default(), behavior: RwLock::new(behavior) });
        let listening = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&listening);
                // A client that goes away is no error of ours.
                thread::spawn(move || drop(shared.serve(&stream)));
            }
        });
        Ok(Self { address, shared })
    }

    /// What the setting `mail.postmark.api_base` has to be.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on requests end as this says.
    pub(crate) fn behave(&self, behavior: impl Fn(&Request) -> Reply + Send + Sync + 'static) {
        *self.shared.behavior.write().unwrap_or_else(PoisonError::into_inner) = Box::new(behavior);
    }

    /// Every letter accepted so far, in their order.
    pub(crate) fn letters(&self) -> Vec<Letter> {
        self.shared.letters().clone()
    }
}

impl Shared {
    fn serve(&self, stream: &TcpStream) -> anyhow::Result<()> {
        stream.set_nodelay(true)?;
        let mut connection = http::Connection::new(stream);
        while let Some(request) = connection.request()? {
            let behavior = self.behavior.read().unwrap_or_else(PoisonError::into_inner);
            let reply = behavior(&request);
            drop(behavior);
            match reply {
                Reply::Well => connection.answer(200, &self.well(&request)?)?,
            }
        }
        Ok(())
    }

    fn well(&self, request: &Request) -> anyhow::Result<Value> {
        match (request.method.as_str(), request.path()) {
            ("POST", "/email") => self.accept(request),
            ("GET", "/messages/outbound") => Ok(self.search(request)),
            (method, path) => anyhow::bail!("Postmark knows no {method} {path}"),
        }
    }

    fn accept(&self, request: &Request) -> anyhow::Result<Value> {
        let body: Value = serde_json::from_slice(&request.body)?;
        let text = |value: &Value| value.as_str().map(str::to_owned).context("a field is missing");
        let mut letters = self.letters();
        let letter = Letter {
            mail_uid: text(&body["Metadata"]["mail_uid"])?,
            recipient: text(&body["To"])?,
            text: text(&body["TextBody"])?,
            message_id: format!("message-{}", letters.len() + 1),
        };
        let answer = json!({
            "To": letter.recipient, "SubmittedAt": "2026-03-14T09:27:00.0000000Z",
            "MessageID": letter.message_id, "ErrorCode": 0, "Message": "OK",
        });
        letters.push(letter);
        Ok(answer)
    }

    /// The letters with the metadata that is asked for, in Postmark's form.
    fn search(&self, request: &Request) -> Value {
        let uid = request.query("metadata_mail_uid").unwrap_or_default();
        let letters = self.letters();
        let found: Vec<_> = letters.iter().filter(|letter| letter.mail_uid == uid).map(entry).collect();
        json!({"TotalCount": found.len(), "Messages": found})
    }

    fn letters(&self) -> MutexGuard<'_, Vec<Letter>> {
        self.letters.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn entry(letter: &Letter) -> Value {
    json!({
        "MessageID": letter.message_id, "Status": "Sent", "MessageEvents": [], "Tag": "",
        "MessageStream": "outbound", "ReceivedAt": "2026-03-14T09:27:00.0000000Z",
        "To": [{"Email": letter.recipient, "Name": null}], "Cc": [], "Bcc": [],
        "Recipients": [letter.recipient], "From": "licenses@example.com", "Subject": "Your license",
        "Attachments": [], "TrackOpens": false, "TrackLinks": "None", "Sandboxed": false,
        "Metadata": {"mail_uid": letter.mail_uid},
    })
}
