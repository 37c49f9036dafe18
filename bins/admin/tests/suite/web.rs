//! Somebody who answers over HTTP, as each test scripts it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What `/healthz` of a server like ours answers.
pub(crate) const ALIVE: &str = r#"{"status":"alive"}"#;

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// Method and path, without the query.
    pub(crate) what: String,
    pub(crate) body: String,
}

/// Status, headers that are needed, body.
pub(crate) type Answer = (u16, &'static str, &'static str);

/// Runs until the test ends.
pub(crate) struct Web {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Web {
    pub(crate) fn start(answer: impl Fn(&str) -> Answer + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                drop(serve(stream, &answer, &kept));
            }
        });
        Self { address, asked }
    }

    /// As a server of ours answers the doctor.
    pub(crate) fn like_ours() -> Self {
        Self::start(|what| match what {
            "GET /healthz" => (200, "", ALIVE),
            "GET /readyz" => (200, "", r#"{"status":"ready"}"#),
            _ => (404, "", ""),
        })
    }

    pub(crate) fn address(&self) -> String {
        self.address.to_string()
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

fn serve(
    mut stream: TcpStream,
    answer: &dyn Fn(&str) -> Answer,
    kept: &Mutex<Vec<Asked>>,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut line, mut length) = (String::new(), 0);
    reader.read_line(&mut line)?;
    let mut words = line.split([' ', '?']);
    let what = format!("{} {}", words.next().unwrap_or_default(), words.next().unwrap_or_default());
    loop {
        let mut header = String::new();
        if reader.read_line(&mut header)? <= 2 {
            break;
        }
        if let Some(value) = header.to_lowercase().strip_prefix("content-length: ") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let (status, headers, text) = answer(&what);
    kept.lock().unwrap().push(Asked { what, body: String::from_utf8(body).unwrap() });
    write!(
        stream,
        "HTTP/1.1 {status} Double\r\n{headers}connection: close\r\ncontent-length: {}\r\n\r\n{text}",
        text.len()
    )
}
