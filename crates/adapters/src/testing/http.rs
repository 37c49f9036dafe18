//! Just enough of an HTTP server.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A request as it came.
#[derive(Debug, Default)]
pub(super) struct Request {
    pub(super) method: String,
    /// Path and query, still escaped.
    pub(super) target: String,
    pub(super) authorization: Option<String>,
    pub(super) body: String,
}

/// What to answer; nothing at all hangs up.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) retry_after: Option<u64>,
    pub(super) body: String,
}

/// A server with a port of its own.
#[derive(Debug)]
pub(super) struct Running {
    address: SocketAddr,
    stopped: Arc<AtomicBool>,
}

impl Running {
    pub(super) fn start(answer: impl Fn(Request) -> Option<Answer> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port of this machine");
        let address = listener.local_addr().expect("its address");
        let stopped = Arc::new(AtomicBool::new(false));
        let (stop, answer) = (Arc::clone(&stopped), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                let answer = Arc::clone(&answer);
                // A client that goes away in the middle is its own business.
                std::thread::spawn(move || stream.and_then(|stream| serve(&stream, &*answer)));
            }
        });
        Self { address, stopped }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        // It only looks when somebody comes.
        drop(TcpStream::connect(self.address));
    }
}

fn serve(stream: &TcpStream, answer: &dyn Fn(Request) -> Option<Answer>) -> std::io::Result<()> {
    let Some(answer) = answer(read(stream)?) else { return Ok(()) };
    let Answer { status, retry_after, body } = answer;
    let retry_after = retry_after.map(|seconds| format!("Retry-After: {seconds}\r\n")).unwrap_or_default();
    let length = body.len();
    let mut stream = stream;
    write!(
        stream,
        "HTTP/1.1 {status} Double\r\nContent-Type: application/json\r\n{retry_after}Connection: close\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    )
}

fn read(stream: &TcpStream) -> std::io::Result<Request> {
    let mut reader = BufReader::new(stream);
    let mut request = Request::default();
    let mut length = 0;
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split(' ');
    request.method = words.next().unwrap_or_default().to_owned();
    request.target = words.next().unwrap_or_default().to_owned();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? <= 2 {
            break;
        }
        match line.trim_end().split_once(": ") {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.parse().unwrap_or(0);
            }
            Some((name, value)) if name.eq_ignore_ascii_case("authorization") => {
                request.authorization = Some(value.to_owned());
            }
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    request.body = String::from_utf8_lossy(&body).into_owned();
    Ok(request)
}
