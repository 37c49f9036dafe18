//! The mail sink: a double of Postmark on loopback that keeps every letter it accepts.

mod http;

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::thread;
use std::time::Duration;

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
    /// With this status and this body; nothing is accepted.
    Say(u16, String),
    /// With the connection reset.
    Reset,
    /// Never: the connection stays open without a word.
    Silence,
    /// The letter is accepted, and the answer to that cannot be read.
    AcceptAndSay(&'static str),
    /// The letter is accepted, and the connection is reset.
    AcceptAndReset,
    /// The letter is accepted, and the answer never comes.
    AcceptAndSilence,
    /// The letter is accepted, and the answer comes this much later.
    AcceptLate(Duration),
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
    requests: AtomicUsize,
    open: AtomicUsize,
    most_open: AtomicUsize,
}

impl Sink {
    /// One that accepts everything.
    pub(crate) fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let behavior: Box<Behavior> = Box::new(|_: &Request| Reply::Well);
        let shared = Arc::new(Shared {
            letters: Mutex::default(),
            behavior: RwLock::new(behavior),
            requests: AtomicUsize::new(0),
            open: AtomicUsize::new(0),
            most_open: AtomicUsize::new(0),
        });
        let listening = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&listening);
                thread::spawn(move || shared.attend(&stream));
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

    /// From now on requests end like this; each is told with its number, from 0 on.
    pub(crate) fn behave_in_turn(&self, behavior: impl Fn(&Request, usize) -> Reply + Send + Sync + 'static) {
        let count = AtomicUsize::new(0);
        self.behave(move |request| behavior(request, count.fetch_add(1, Ordering::SeqCst)));
    }

    /// Requests of any kind that came whole.
    pub(crate) fn requests(&self) -> usize {
        self.shared.requests.load(Ordering::SeqCst)
    }

    /// The most connections that were open at one time.
    pub(crate) fn most_open(&self) -> usize {
        self.shared.most_open.load(Ordering::SeqCst)
    }

    /// Every letter accepted so far, in their order.
    pub(crate) fn letters(&self) -> Vec<Letter> {
        self.shared.letters().clone()
    }
}

impl Shared {
    /// A client that goes away, or is sent away, is no error of ours.
    fn attend(&self, stream: &TcpStream) {
        let open = self.open.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_open.fetch_max(open, Ordering::SeqCst);
        drop(self.serve(stream));
        self.open.fetch_sub(1, Ordering::SeqCst);
    }

    fn serve(&self, stream: &TcpStream) -> anyhow::Result<()> {
        stream.set_nodelay(true)?;
        let mut connection = http::Connection::new(stream);
        while let Some(request) = connection.request()? {
            self.requests.fetch_add(1, Ordering::SeqCst);
            let behavior = self.behavior.read().unwrap_or_else(PoisonError::into_inner);
            let reply = behavior(&request);
            drop(behavior);
            match reply {
                Reply::Well => connection.answer(200, &self.well(&request)?.to_string())?,
                Reply::Say(status, body) => connection.answer(status, &body)?,
                Reply::Reset => return reset(stream),
                Reply::Silence => return connection.await_end(),
                Reply::AcceptAndSay(body) => {
                    self.accept(&request)?;
                    connection.answer(200, body)?;
                }
                Reply::AcceptAndReset => {
                    self.accept(&request)?;
                    return reset(stream);
                }
                Reply::AcceptAndSilence => {
                    self.accept(&request)?;
                    return connection.await_end();
                }
                Reply::AcceptLate(pause) => {
                    let answer = self.accept(&request)?;
                    thread::sleep(pause);
                    connection.answer(200, &answer.to_string())?;
                }
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

/// Without lingering, closing is a reset.
fn reset(stream: &TcpStream) -> anyhow::Result<()> {
    Ok(rustix::net::sockopt::set_socket_linger(stream, Some(Duration::ZERO))?)
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
