//! What the edge's tests stand on: a real server on a free port, a client on a bare socket, a log to read.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use actix_web::dev::{ServerHandle, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::header::ContentLength;
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data, Header, Payload};
use actix_web::{App, Error, HttpRequest, HttpResponse, HttpServer};
use tracing::subscriber::DefaultGuard;

use super::body::{self, ReadBody};
use super::connections::{self, Connections};
use super::not_found::not_found;
use super::remote::TrustedProxies;
use super::room::{ROOM, Room};
use super::stopping::Stopping;
use super::{answers, limits, panic, stopping, trace, unread};

/// How long the test server reads a body, far below production so that tests are quick.
const BODY_DEADLINE: Duration = Duration::from_millis(300);
/// The same for the pause between two requests, and for the head of the later one.
const KEEP_ALIVE: Duration = Duration::from_millis(1000);
const LONGEST_SILENCE: Duration = Duration::from_millis(1200);
/// The longest a client waits for a byte; only a failing test ever does.
const CLIENT_PATIENCE: Duration = Duration::from_secs(10);

/// The edge around small handlers, one for each way to answer.
pub(super) fn app(
    stopping: Data<Stopping>,
) -> App<
    impl ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse, Error = Error, InitError = ()>,
> {
    App::new()
        .app_data(Data::new(TrustedProxies::default()))
        .app_data(Data::new(Room::new(ROOM)))
        .app_data(stopping)
        .wrap(from_fn(panic::answer_panics))
        .wrap(from_fn(stopping::say_farewell))
        .wrap(from_fn(trace::log_requests))
        .wrap(from_fn(unread::cut))
        .wrap(from_fn(connections::note_work))
        .service(
            web::resource("/webhooks/{source}")
                .route(web::post().to(receive))
                .default_service(web::to(not_found)),
        )
        .service(web::resource("/panics").to(panics))
        .default_service(web::to(not_found))
}

async fn receive(
    request: HttpRequest,
    size: Option<Header<ContentLength>>,
    payload: Payload,
    room: Data<Room>,
) -> HttpResponse {
    if request.path() != "/webhooks/gumroad" || request.query_string() != "secret=right" {
        return not_found().await;
    }
    let declared_size = size.and_then(|Header(ContentLength(size))| u64::try_from(size).ok());
    let mut place = room.enter().unwrap();
    match body::read(payload, declared_size, BODY_DEADLINE, &mut place).await {
        ReadBody::Whole(bytes) => answers::ok(&serde_json::json!({"whole": bytes.len()})),
        ReadBody::TooLarge { head, declared_size } => {
            answers::ok(&serde_json::json!({"head": head.len(), "declared_size": declared_size}))
        }
        ReadBody::TooSlow => answers::not_recorded("too slow"),
        ReadBody::Broken => answers::not_recorded("broken"),
        ReadBody::NoRoom => answers::not_recorded("no room"),
    }
}

async fn panics() -> HttpResponse {
    panic!("with a secret in its words")
}

/// A running server, stopped when dropped.
pub(super) struct TestServer {
    address: SocketAddr,
    stopping: Data<Stopping>,
    connections: Arc<Connections>,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
}

impl TestServer {
    pub(super) fn start() -> Self {
        let stopping = Data::new(Stopping::default());
        let (sender, receiver) = mpsc::channel();
        let shared = stopping.clone();
        let connections = Arc::new(Connections::new(LONGEST_SILENCE));
        let (seats, watched) = (Arc::clone(&connections), Arc::clone(&connections));
        let thread = thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server = HttpServer::new(move || app(shared.clone()))
                    .client_request_timeout(limits::CLIENT_REQUEST_TIMEOUT)
                    .client_disconnect_timeout(limits::CLIENT_DISCONNECT_TIMEOUT)
                    .keep_alive(KEEP_ALIVE)
                    .shutdown_timeout(limits::SHUTDOWN_TIMEOUT)
                    .workers(1)
                    .disable_signals()
                    .on_connect(move |socket, of_connection| seats.seat(socket, of_connection))
                    .bind(("127.0.0.1", 0))
                    .unwrap();
                let address = server.addrs()[0];
                let server = server.run();
                actix_web::rt::spawn(watched.watch());
                sender.send((address, server.handle())).unwrap();
                server.await.unwrap();
            });
        });
        let (address, handle) = receiver.recv().unwrap();
        Self { address, stopping, connections, handle, thread: Some(thread) }
    }

    pub(super) fn begin_stopping(&self) {
        self.stopping.begin();
    }

    pub(super) fn open_connections(&self) -> usize {
        self.connections.count()
    }

    pub(super) fn connect(&self) -> Client {
        let socket = TcpStream::connect(self.address).unwrap();
        socket.set_read_timeout(Some(CLIENT_PATIENCE)).unwrap();
        socket.set_write_timeout(Some(CLIENT_PATIENCE)).unwrap();
        Client { socket }
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

/// One connection to the server.
pub(super) struct Client {
    socket: TcpStream,
}

impl Client {
    pub(super) fn send(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        self.socket.write_all(bytes.as_ref()).unwrap();
        self
    }

    /// Sends `chunk` again and again from a thread of its own until the server hangs up; returns how many
    /// bytes went out.
    pub(super) fn send_without_end(&self, chunk: Vec<u8>, pause: Duration) -> JoinHandle<usize> {
        let mut socket = self.socket.try_clone().unwrap();
        thread::spawn(move || {
            let mut sent = 0;
            while let Ok(written) = socket.write(&chunk) {
                sent += written;
                thread::sleep(pause);
            }
            sent
        })
    }

    /// One answer, the connection left open; without its date.
    pub(super) fn answer(&mut self) -> String {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            self.socket.read_exact(&mut byte).unwrap();
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).unwrap();
        let size = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
        let mut body = vec![0; size.parse().unwrap()];
        self.socket.read_exact(&mut body).unwrap();
        without_date(&(head + &String::from_utf8(body).unwrap()))
    }

    /// All that comes until the server hangs up, politely or by a reset; without the date.
    pub(super) fn read_to_the_end(&mut self) -> String {
        let mut bytes = Vec::new();
        let mut buffer = [0; 4096];
        loop {
            match self.socket.read(&mut buffer) {
                Ok(0) => break,
                Ok(size) => bytes.extend_from_slice(&buffer[..size]),
                Err(error) if error.kind() == ErrorKind::ConnectionReset => break,
                Err(error) => panic!("the server does not hang up: {error}"),
            }
        }
        without_date(&String::from_utf8(bytes).unwrap())
    }

    /// Says that nothing more will be sent.
    pub(super) fn finish(&mut self) -> &mut Self {
        self.socket.shutdown(std::net::Shutdown::Write).unwrap();
        self
    }
}

/// What is logged on this thread, line by line.
#[derive(Clone, Default)]
pub(super) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Listens until the guard is dropped.
    pub(super) fn listen(&self) -> DefaultGuard {
        let log = self.clone();
        let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || log.clone());
        tracing::subscriber::set_default(subscriber.finish())
    }

    pub(super) fn lines(&self) -> Vec<String> {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap().lines().map(str::to_owned).collect()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn without_date(answer: &str) -> String {
    answer.split_inclusive("\r\n").filter(|line| !line.starts_with("date: ")).collect()
}
