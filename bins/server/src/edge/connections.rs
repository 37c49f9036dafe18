//! Connections whose client falls silent after its first answer, which actix-web would keep for ever.

use std::any::Any;
use std::collections::HashMap;
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use actix_web::Error;
use actix_web::body::BoxBody;
use actix_web::dev::{Extensions, ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::rt::net::TcpStream;
use actix_web::rt::time::sleep;
use rustix::io::fcntl_dupfd_cloexec;
use rustix::net::{Shutdown, shutdown};

/// How often the connections are looked at.
const ROUND: Duration = Duration::from_secs(1);

/// Every open connection, so that those that keep silent can be shut.
///
/// actix-web times the head of a connection's first request and the pause between two requests, and neither the head
/// of a later request nor an answer that nobody reads. Both are a silence in which no request is at work.
#[derive(Debug)]
pub(crate) struct Connections {
    began: Instant,
    patience: Duration,
    next: AtomicUsize,
    open: Mutex<HashMap<usize, Arc<Connection>>>,
}

#[derive(Debug)]
struct Connection {
    /// A second descriptor of the socket; the first is actix-web's own.
    socket: OwnedFd,
    at_work: AtomicUsize,
    /// Milliseconds since the beginning, when the last request was done with.
    silent_since: AtomicU64,
}

/// A connection's place among the open ones, given up when the connection is dropped.
struct Seat {
    number: usize,
    connection: Arc<Connection>,
    connections: Arc<Connections>,
}

impl Connections {
    /// Allows a silence of `patience`, which must be longer than actix-web's own between two requests.
    pub(crate) fn new(patience: Duration) -> Self {
        let (next, open) = (AtomicUsize::default(), Mutex::default());
        Self { began: Instant::now(), patience, next, open }
    }

    /// Gives a new connection its seat; for `HttpServer::on_connect`.
    pub(crate) fn seat(self: &Arc<Self>, socket: &dyn Any, of_connection: &mut Extensions) {
        // Without a descriptor to spare the connection goes unwatched, which is the lesser evil.
        let Some(socket) = socket.downcast_ref::<TcpStream>() else { return };
        let Ok(socket) = fcntl_dupfd_cloexec(socket, 0) else { return };
        let connection = Arc::new(Connection {
            socket,
            at_work: AtomicUsize::default(),
            silent_since: AtomicU64::new(self.clock()),
        });
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        self.open().insert(number, Arc::clone(&connection));
        of_connection.insert(Seat { number, connection, connections: Arc::clone(self) });
    }

    /// Shuts the silent ones, from time to time, without end.
    pub(crate) async fn watch(self: Arc<Self>) {
        loop {
            sleep(ROUND).await;
            self.shut_silent();
        }
    }

    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        self.open().len()
    }

    fn shut_silent(&self) {
        let patience = u64::try_from(self.patience.as_millis()).unwrap_or(u64::MAX);
        let (now, open) = (self.clock(), self.open());
        for connection in open.values().filter(|connection| connection.at_work.load(Ordering::Acquire) == 0) {
            if now.saturating_sub(connection.silent_since.load(Ordering::Acquire)) > patience {
                // It fails where the client has gone by itself.
                let _ = shutdown(&connection.socket, Shutdown::Both);
            }
        }
    }

    fn clock(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn open(&self) -> MutexGuard<'_, HashMap<usize, Arc<Connection>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.connections.open().remove(&self.number);
    }
}

/// Middleware that notes when a connection's request is at work.
pub(crate) async fn note_work(
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse, Error> {
    let _work = request.conn_data::<Seat>().map(Work::begin);
    next.call(request).await
}

/// A request at work; over when dropped, also by a panic or by a client that hung up.
struct Work(Arc<Connection>, Arc<Connections>);

impl Work {
    fn begin(seat: &Seat) -> Self {
        seat.connection.at_work.fetch_add(1, Ordering::AcqRel);
        Self(Arc::clone(&seat.connection), Arc::clone(&seat.connections))
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        self.0.silent_since.store(self.1.clock(), Ordering::Release);
        self.0.at_work.fetch_sub(1, Ordering::AcqRel);
    }
}
