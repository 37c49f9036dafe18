//! A double of an SMTP server: replies at each step as it is told, and keeps what it accepted.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// What the server does at one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reply {
    Say(&'static str),
    HangUp,
    /// Keeps the connection and never says another word.
    Silence,
}

/// The replies of a server; change one to script a failure.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Script {
    pub(crate) greeting: Reply,
    pub(crate) hello: Reply,
    pub(crate) login: Reply,
    pub(crate) sender: Reply,
    pub(crate) recipient: Reply,
    pub(crate) data: Reply,
    /// After the final dot: only here a letter is accepted.
    pub(crate) message: Reply,
}

/// A server on loopback without TLS. It ends with the harness.
#[derive(Debug)]
pub(crate) struct Smtp {
    address: SocketAddr,
    shared: Arc<Mutex<Shared>>,
}

#[derive(Debug)]
struct Shared {
    script: Script,
    accepted: Vec<String>,
}

impl Default for Script {
    fn default() -> Self {
        Self {
            greeting: Reply::Say("220 double"),
            hello: Reply::Say("250-double\r\n250-ENHANCEDSTATUSCODES\r\n250 AUTH PLAIN LOGIN"),
            login: Reply::Say("235 2.7.0 welcome"),
            sender: Reply::Say("250 2.1.0 ok"),
            recipient: Reply::Say("250 2.1.5 ok"),
            data: Reply::Say("354 go on"),
            message: Reply::Say("250 2.0.0 taken"),
        }
    }
}

impl Smtp {
    pub(crate) fn start(script: Script) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let shared = Shared { script, accepted: Vec::new() };
        let shared = Arc::new(Mutex::new(shared));
        thread::spawn({
            let shared = Arc::clone(&shared);
            move || {
                for stream in listener.incoming().flatten() {
                    let shared = Arc::clone(&shared);
                    // A client that hangs up in the middle is part of the scenarios.
                    thread::spawn(move || drop(converse(stream, &shared)));
                }
            }
        });
        Ok(Self { address, shared })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The setting `mail.smtp.url`, with a password that the double accepts like any other.
    pub(crate) fn url(&self, password: &str) -> String {
        format!("smtp://licenses:{password}@{}", self.address)
    }

    /// Messages that were accepted.
    pub(crate) fn accepted(&self) -> Vec<String> {
        lock(&self.shared).accepted.clone()
    }
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

fn converse(stream: TcpStream, shared: &Mutex<Shared>) -> io::Result<()> {
    let mut lines = BufReader::new(stream);
    let greeting = lock(shared).script.greeting;
    obey(greeting, lines.get_mut())?;
    let mut line = String::new();
    while lines.read_line(&mut line)? > 0 {
        let script = lock(shared).script;
        let reply = match line.split_whitespace().next().unwrap_or_default() {
            "EHLO" | "HELO" => script.hello,
            "AUTH" => script.login,
            "MAIL" => script.sender,
            "RCPT" => script.recipient,
            "DATA" => script.data,
            "QUIT" => Reply::Say("221 2.0.0 bye"),
            _ => Reply::Say("250 2.0.0 ok"),
        };
        obey(reply, lines.get_mut())?;
        if matches!(reply, Reply::Say(words) if words.starts_with("354")) {
            take_message(&mut lines, shared)?;
        }
        line.clear();
    }
    Ok(())
}

fn take_message(lines: &mut BufReader<TcpStream>, shared: &Mutex<Shared>) -> io::Result<()> {
    let mut message = String::new();
    while !message.ends_with("\r\n.\r\n") {
        if lines.read_line(&mut message)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    let reply = {
        let mut shared = lock(shared);
        if matches!(shared.script.message, Reply::Say(words) if words.starts_with('2')) {
            shared.accepted.push(message);
        }
        shared.script.message
    };
    obey(reply, lines.get_mut())
}

/// An error ends the conversation, and dropping the stream hangs up.
fn obey(reply: Reply, stream: &mut TcpStream) -> io::Result<()> {
    match reply {
        Reply::Say(words) => write!(stream, "{words}\r\n"),
        Reply::HangUp => Err(io::ErrorKind::ConnectionAborted.into()),
        Reply::Silence => loop {
            thread::sleep(Duration::from_secs(60));
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn talk(smtp: &Smtp, words: &str) -> String {
        let mut stream = TcpStream::connect(smtp.address).unwrap();
        stream.write_all(words.as_bytes()).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        io::read_to_string(stream).unwrap_or_default()
    }

    const WHOLE: &str =
        "EHLO me\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<d@e.f>\r\nDATA\r\nSubject: x\r\n\r\nhello\r\n.\r\nQUIT\r\n";

    #[test]
    fn a_message_is_accepted_at_its_final_dot() {
        let smtp = Smtp::start(Script::default()).unwrap();
        assert!(talk(&smtp, WHOLE).ends_with("250 2.0.0 taken\r\n221 2.0.0 bye\r\n"));
        assert_eq!(smtp.accepted().len(), 1);
    }

    #[test]
    fn a_refusal_or_a_hangup_at_the_final_dot_accepts_nothing() {
        let smtp = Smtp::start(Script { message: Reply::HangUp, ..Script::default() }).unwrap();
        assert!(talk(&smtp, WHOLE).ends_with("354 go on\r\n"));
        assert_eq!(smtp.accepted().len(), 0);
        let smtp =
            Smtp::start(Script { message: Reply::Say("554 5.7.1 spam"), ..Script::default() }).unwrap();
        assert!(talk(&smtp, WHOLE).contains("554 5.7.1 spam"));
        assert_eq!(smtp.accepted().len(), 0);
    }
}
