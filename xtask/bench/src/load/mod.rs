//! The generator: so many stores at once, each waiting for its answer before it sends the next delivery.

mod answer;
mod connection;
mod orders;
mod request;

pub(crate) use orders::{Order, Orders, scatter};
pub(crate) use request::PRODUCT;

use crate::statistics::{self, Latencies};
use answer::Answer;
use anyhow::{bail, ensure};
use connection::Connection;
use request::Request;
use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::task::LocalSet;

/// How long an answer may take before the generator gives the connection up. Stores give up after five seconds.
const PATIENCE: Duration = Duration::from_secs(10);

/// So that a server that refuses is not asked a thousand times in a moment.
const AFTER_FAILURE: Duration = Duration::from_millis(10);

/// What counts as accepted, besides the status 200.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// The key of a license in the answer.
    LicenseKey,
    /// Nothing more: there is nothing to mint.
    Recorded,
}

/// One run of the generator.
#[derive(Debug, Clone)]
pub(crate) struct Load {
    pub(crate) address: SocketAddr,
    /// Path and query of the webhook.
    pub(crate) path: String,
    pub(crate) connections: usize,
    /// Sent and answered, and not counted.
    pub(crate) warm_up: Duration,
    pub(crate) duration: Duration,
    pub(crate) wanted: Wanted,
    /// Set by whoever has seen enough.
    pub(crate) stop: Arc<AtomicBool>,
}

/// What came of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sample {
    /// Of the accepted deliveries that began after the warm-up.
    pub(crate) latencies: Latencies,
    /// From the end of the warm-up to the last of these answers.
    pub(crate) elapsed: Duration,
    /// Answers in all, the warm-up's included.
    pub(crate) answers: usize,
    /// Refused, broken off or too late, the warm-up's included.
    pub(crate) errors: usize,
}

impl Sample {
    pub(crate) fn accepted_per_second(&self) -> f64 {
        statistics::number(self.latencies.count()) / self.elapsed.as_secs_f64().max(f64::EPSILON)
    }
}

impl Load {
    /// Runs on this thread alone: the servers need the other processors.
    pub(crate) fn run(&self, orders: Orders) -> anyhow::Result<(Sample, Orders)> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let begun = Instant::now();
        let shared = Rc::new(Shared { load: self.clone(), orders, begun, tally: RefCell::default() });
        runtime.block_on(LocalSet::new().run_until(drive_all(&shared)));
        let Ok(Shared { tally, orders, .. }) = Rc::try_unwrap(shared) else {
            bail!("a connection of the generator outlived its run");
        };
        let tally = tally.into_inner();
        ensure!(tally.answers > 0, "{} answered nothing at {}", self.path_without_secret(), self.address);
        Ok((tally.into_sample(begun + self.warm_up), orders))
    }

    fn path_without_secret(&self) -> &str {
        self.path.split('?').next().unwrap_or_default()
    }
}

/// One delivery on a connection of its own, waited for in this thread.
pub(crate) fn tell_once(address: SocketAddr, path: &str, order: Order) -> anyhow::Result<Answer> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut connection = Connection::open(address).await?;
        tokio::time::timeout(PATIENCE, connection.exchange(Request::new(path).tell(order))).await?
    })
}

struct Shared {
    load: Load,
    orders: Orders,
    begun: Instant,
    tally: RefCell<Tally>,
}

#[derive(Default)]
struct Tally {
    microseconds: Vec<u32>,
    last: Option<Instant>,
    answers: usize,
    errors: usize,
}

impl Tally {
    fn into_sample(self, begin: Instant) -> Sample {
        let elapsed = self.last.map(|last| last.saturating_duration_since(begin)).unwrap_or_default();
        let Self { microseconds, answers, errors, .. } = self;
        Sample { latencies: Latencies::new(microseconds), elapsed, answers, errors }
    }
}

async fn drive_all(shared: &Rc<Shared>) {
    let connections =
        (0..shared.load.connections).map(|_| tokio::task::spawn_local(drive(Rc::clone(shared))));
    for connection in connections.collect::<Vec<_>>() {
        // A task that panicked is missing from the tally, and its panic is on the terminal.
        let _ = connection.await;
    }
}

/// One store, which opens a new connection when the old one breaks.
async fn drive(shared: Rc<Shared>) {
    let mut request = Request::new(&shared.load.path);
    let mut connection = None;
    while let Some(order) = shared.next_order() {
        connection = shared.tell(connection, request.tell(order)).await;
        if connection.is_none() {
            tokio::time::sleep(AFTER_FAILURE).await;
        }
    }
}

impl Shared {
    fn next_order(&self) -> Option<Order> {
        let Load { warm_up, duration, stop, .. } = &self.load;
        let is_over = stop.load(Ordering::Relaxed) || self.begun.elapsed() >= *warm_up + *duration;
        if is_over { None } else { self.orders.take() }
    }

    /// One delivery on this connection or a new one; the connection, unless it is good for nothing afterwards.
    async fn tell(&self, connection: Option<Connection>, request: &[u8]) -> Option<Connection> {
        let sent = Instant::now();
        let exchange = async {
            let mut connection = match connection {
                Some(connection) => connection,
                None => Connection::open(self.load.address).await?,
            };
            let answer = connection.exchange(request).await?;
            anyhow::Ok((connection, answer))
        };
        let exchanged = tokio::time::timeout(PATIENCE, exchange).await;
        let took = sent.elapsed();
        let mut tally = self.tally.borrow_mut();
        let Ok(Ok((connection, answer))) = exchanged else {
            tally.errors += 1;
            return None;
        };
        tally.answers += 1;
        if answer.status != 200 || (self.load.wanted == Wanted::LicenseKey && !answer.has_license_key) {
            tally.errors += 1;
        } else if sent >= self.begun + self.load.warm_up {
            tally.microseconds.push(statistics::microseconds(took));
            tally.last = Some(sent + took);
        }
        Some(connection)
    }
}
