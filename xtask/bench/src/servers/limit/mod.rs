//! What the database alone costs: the rows of a sale, their values at hand, in the two groups of our contract.
//!
//! The delivery is durable first; then license, letter, history and conclusion follow in a second transaction.
//! Whatever is queued while one commit runs is the next transaction, on one connection.

mod postgres;
mod rows;
mod sqlite;

use actix_web::HttpResponse;
use actix_web::web::{self, Bytes, Data, ServiceConfig};
use anyhow::Context;
use rows::Sale;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use tokio::sync::oneshot;

/// A transaction takes in no more, as in our server.
const LARGEST_BATCH: usize = 256;

pub(super) fn routes(config: &mut ServiceConfig, queue: Data<Queue>) {
    config.app_data(queue).route("/webhooks/gumroad", web::post().to(receive));
}

async fn receive(body: Bytes, queue: Data<Queue>) -> HttpResponse {
    match queue.fulfill(body).await {
        Ok(answer) => HttpResponse::Ok().content_type("application/json").body(answer),
        Err(error) => HttpResponse::ServiceUnavailable().body(error.to_string()),
    }
}

/// The writing thread's queue.
#[derive(Debug)]
pub(super) struct Queue {
    jobs: Sender<Job>,
    sales: AtomicU64,
    salt: u64,
}

/// Something to be made durable, and who is told of it.
#[derive(Debug)]
enum Job {
    Record(Bytes, oneshot::Sender<i64>),
    Issue(Sale, oneshot::Sender<()>),
}

/// What one transaction holds.
#[derive(Debug, Default)]
struct Batch {
    bodies: Vec<Bytes>,
    sales: Vec<Sale>,
}

/// Two of them: SQLite and PostgreSQL.
trait Database {
    /// Makes the batch durable; the numbers of its deliveries, in their order.
    fn commit(&mut self, batch: &Batch) -> anyhow::Result<Vec<i64>>;
}

impl Queue {
    /// Makes our schema in an empty database, and starts the writing thread.
    pub(super) fn open(database: &str) -> anyhow::Result<Self> {
        let (jobs, queue) = channel();
        if let Some(path) = database.strip_prefix("sqlite:") {
            let connection = sqlite::open(path)?;
            thread::spawn(move || sqlite::with_statements(&connection, |database| write(&queue, database)));
        } else {
            let mut database = postgres::Postgres::open(database)?;
            thread::spawn(move || write(&queue, &mut database));
        }
        let salt = u64::from(std::process::id());
        Ok(Self { jobs, sales: AtomicU64::new(0), salt })
    }

    async fn fulfill(&self, body: Bytes) -> anyhow::Result<String> {
        let mut sale = Sale::new(self.salt, self.sales.fetch_add(1, Ordering::Relaxed));
        let (reply, recorded) = oneshot::channel();
        self.jobs.send(Job::Record(body, reply)).context("the writer is gone")?;
        sale.delivery_id = recorded.await?;
        let answer = sale.answer();
        let (reply, issued) = oneshot::channel();
        self.jobs.send(Job::Issue(sale, reply)).context("the writer is gone")?;
        issued.await?;
        Ok(answer)
    }
}

/// Until the server ends. A failed commit is no measurement: it ends the process.
fn write(queue: &Receiver<Job>, database: &mut dyn Database) {
    while let Ok(first) = queue.recv() {
        let (mut batch, mut recorders, mut issuers) = (Batch::default(), Vec::new(), Vec::new());
        for job in std::iter::once(first).chain(queue.try_iter().take(LARGEST_BATCH - 1)) {
            match job {
                Job::Record(body, reply) => {
                    batch.bodies.push(body);
                    recorders.push(reply);
                }
                Job::Issue(sale, reply) => {
                    batch.sales.push(sale);
                    issuers.push(reply);
                }
            }
        }
        let numbers = database.commit(&batch).expect("the database of a measurement takes its rows");
        // Whoever hung up needs no answer.
        for (reply, number) in recorders.into_iter().zip(numbers) {
            let _ = reply.send(number);
        }
        for reply in issuers {
            let _ = reply.send(());
        }
    }
}
