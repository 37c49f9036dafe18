//! An SMTP server that replies as scripted.

use std::{
    io::{self, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        mpsc::{Receiver, Sender, channel},
    },
    thread,
};

use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// The replies of a server that takes everything. Change one to script a failure; an empty reply
/// hangs up, and `hush` says nothing.
#[derive(Clone)]
pub(crate) struct Script {
    pub(crate) greeting: &'static str,
    pub(crate) login: &'static str,
    pub(crate) sender: &'static str,
    pub(crate) recipient: &'static str,
    pub(crate) data: &'static str,
    pub(crate) message: &'static str,
}

/// How the server protects its connections.
#[derive(Clone)]
pub(crate) enum Wire {
    Plain,
    StartTls(Arc<ServerConfig>),
    Implicit(Arc<ServerConfig>),
}

/// The server. It takes connections until the test ends.
pub(crate) struct SmtpDouble {
    port: u16,
    lines: Receiver<String>,
}

impl Default for Script {
    fn default() -> Self {
        Self {
            greeting: "220 double",
            login: "235 2.7.0 welcome",
            sender: "250 2.1.0 ok",
            recipient: "250 2.1.5 ok",
            data: "354 go on",
            message: "250 2.0.0 taken",
        }
    }
}

impl SmtpDouble {
    pub(crate) fn start(wire: Wire, script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (note, lines) = channel();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (wire, script, note) = (wire.clone(), script.clone(), note.clone());
                // A client that hangs up early is part of the tests.
                thread::spawn(move || drop(serve(stream.unwrap(), &wire, &script, &note)));
            }
        });
        Self { port, lines }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Every line that arrived so far, commands and message alike; `TLS` and `CONNECTED` are notes.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.lines.try_iter().collect()
    }
}

fn serve(stream: TcpStream, wire: &Wire, script: &Script, note: &Sender<String>) -> io::Result<()> {
    note.send("CONNECTED".to_owned()).map_err(io::Error::other)?;
    match wire {
        Wire::Plain => converse(&mut greeted(stream, script)?, "", script, note).map(|_| ()),
        Wire::Implicit(config) => {
            let stream = StreamOwned::new(ServerConnection::new(Arc::clone(config)).unwrap(), stream);
            converse(&mut greeted(stream, script)?, "", script, note).map(|_| ())
        }
        Wire::StartTls(config) => {
            let mut stream = greeted(stream, script)?;
            if converse(&mut stream, "250-STARTTLS\r\n", script, note)? == End::StartTls {
                note.send("TLS".to_owned()).map_err(io::Error::other)?;
                let connection = ServerConnection::new(Arc::clone(config)).unwrap();
                converse(&mut StreamOwned::new(connection, stream), "", script, note)?;
            }
            Ok(())
        }
    }
}

#[derive(PartialEq)]
enum End {
    StartTls,
    Over,
}

fn converse(
    stream: &mut (impl Read + Write),
    extension: &str,
    script: &Script,
    note: &Sender<String>,
) -> io::Result<End> {
    loop {
        let line = read_line(stream)?;
        note.send(line.clone()).map_err(io::Error::other)?;
        let reply = match line.split_whitespace().next().unwrap_or_default() {
            "EHLO" => {
                let offer = format!("250-double\r\n{extension}250 AUTH PLAIN LOGIN");
                say(stream, &offer)?;
                continue;
            }
            "STARTTLS" => {
                say(stream, "220 go ahead")?;
                return Ok(End::StartTls);
            }
            "AUTH" => script.login,
            "MAIL" => script.sender,
            "RCPT" => script.recipient,
            "DATA" => script.data,
            "QUIT" => "221 bye",
            _ => "250 ok",
        };
        if reply.is_empty() {
            return Ok(End::Over);
        }
        say(stream, reply)?;
        if reply.starts_with("354") && !take_message(stream, script, note)? {
            return Ok(End::Over);
        }
    }
}

fn take_message(
    stream: &mut (impl Read + Write),
    script: &Script,
    note: &Sender<String>,
) -> io::Result<bool> {
    loop {
        let line = read_line(stream)?;
        note.send(line.clone()).map_err(io::Error::other)?;
        if line == "." {
            break;
        }
    }
    if script.message.is_empty() {
        return Ok(false);
    }
    say(stream, script.message).map(|()| true)
}

fn greeted<S: Read + Write>(mut stream: S, script: &Script) -> io::Result<S> {
    say(&mut stream, script.greeting)?;
    Ok(stream)
}

fn say(stream: &mut impl Write, reply: &str) -> io::Result<()> {
    if reply == "hush" {
        return Ok(());
    }
    stream.write_all(format!("{reply}\r\n").as_bytes())?;
    stream.flush()
}

// Byte by byte: what follows STARTTLS belongs to TLS and must not be read ahead.
fn read_line(stream: &mut impl Read) -> io::Result<String> {
    let mut line = Vec::new();
    let mut byte = [0];
    while !line.ends_with(b"\r\n") {
        stream.read_exact(&mut byte)?;
        line.push(byte[0]);
    }
    line.truncate(line.len() - 2);
    Ok(String::from_utf8_lossy(&line).into_owned())
}
