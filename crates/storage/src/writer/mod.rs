//! The writer: whatever is queued is committed in one transaction.
//!
//! While one transaction is being made durable the next collects itself, so latency at low load is one fsync and
//! throughput grows with load. A write that fails leaves its neighbors alone.
//!
//! SQLite has one thread, with the only connection that writes. PostgreSQL has one for each kind of write that comes
//! often, and one for all others.

mod failure;
mod hot;
mod lanes;
mod queue;
mod reply;
mod session;
mod task;
#[cfg(test)]
mod tests;

pub(crate) use hot::Hot;
pub(crate) use lanes::{Lane, Lanes};
pub(crate) use session::Manners;

use crate::connection::AnyConnection;
use crate::pending::Pending;
use crate::{DatabaseUrl, Error, Result};
use failure::Failure;
use hot::Entry;
use queue::{Closed, Queue};
use reply::Reply;
use session::Session;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use task::{Once, Task};

/// How long a stop waits for a transaction that may hang.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a letter waits for a delivery: little beside the provider's answer, and long enough for the next one of a
/// store that tells one after the other.
const COMPANY: Duration = Duration::from_millis(3);

/// The queues in front of the writing threads.
#[derive(Debug)]
pub(crate) struct Writer {
    queue: Arc<Queue<Box<dyn Task>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    lanes: Option<Lanes>,
    failure: Arc<Failure>,
}

impl Writer {
    /// Starts the threads; the first owns `connection`, and others are opened from `url`.
    pub(crate) fn start(url: &DatabaseUrl, manners: Manners, mut connection: AnyConnection) -> Result<Self> {
        connection.prepare_for_writing(manners.patience())?;
        let lanes = match url {
            DatabaseUrl::Sqlite(_) => None,
            DatabaseUrl::Postgres(_) => Some(Lanes::start(url)?),
        };
        let (queue, failure) = (Arc::new(Queue::new()), Arc::new(Failure::default()));
        let session =
            Session::new(url.clone(), manners, connection, Arc::clone(&queue), Arc::clone(&failure));
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || session.serve())
            .map_err(|error| Error::Unreachable(format!("no thread for the writer: {error}")))?;
        Ok(Self { queue, thread: Mutex::new(Some(thread)), lanes, failure })
    }

    /// Queues `work`; its answer comes after the commit that holds it.
    pub(crate) fn submit<T, F>(&self, work: F) -> Pending<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut AnyConnection) -> Result<T> + Send + 'static,
    {
        self.submit_within(Duration::ZERO, work)
    }

    /// As [`Writer::submit`], for what nobody waits for. It shares the next transaction, which a delivery may begin, and
    /// costs no commit of its own; if nothing comes, it goes alone. Only SQLite has one queue for everything.
    pub(crate) fn submit_in_company<T, F>(&self, work: F) -> Pending<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut AnyConnection) -> Result<T> + Send + 'static,
    {
        let patience = if self.lanes.is_none() { COMPANY } else { Duration::ZERO };
        self.submit_within(patience, work)
    }

    fn submit_within<T, F>(&self, patience: Duration, work: F) -> Pending<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut AnyConnection) -> Result<T> + Send + 'static,
    {
        let (reply, answer) = Reply::new();
        self.push(Box::new(Once::new(work, reply, patience)), answer)
    }

    /// Queues a write of a kind that comes often.
    pub(crate) fn submit_hot<W: Hot>(&self, write: W) -> Pending<W::Answer> {
        let (reply, answer) = Reply::new();
        let entry = Entry::new(write, reply);
        match &self.lanes {
            None => self.push(Box::new(entry), answer),
            Some(lanes) => match W::lane(lanes).push(entry) {
                Ok(()) => Pending::queued(answer),
                Err(error) => Pending::refused(error),
            },
        }
    }

    /// How many writes wait in the queue of the deliveries; on SQLite every write does.
    pub(crate) fn waiting(&self) -> usize {
        self.lanes.as_ref().map_or_else(|| self.queue.len(), |lanes| lanes.record.waiting())
    }

    /// Has `tell` called when the disk fails.
    pub(crate) fn on_failure(&self, tell: impl FnOnce() + Send + 'static) {
        self.failure.watch(tell);
    }

    /// Commits what is queued, refuses the rest, and ends the threads.
    pub(crate) fn close(&self) {
        self.queue.close(Closed::Stopping);
        if let Some(lanes) = &self.lanes {
            lanes.close();
        }
        finish_within(lock(&self.thread).take(), PATIENCE);
    }

    fn push<T>(&self, task: Box<dyn Task>, answer: oneshot::AsyncReceiver<Result<T>>) -> Pending<T> {
        match self.queue.push(task) {
            Ok(()) => Pending::queued(answer),
            Err(error) => Pending::refused(error),
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.close();
    }
}

/// Waits for threads to end, but not for one that hangs.
fn finish_within(threads: impl IntoIterator<Item = JoinHandle<()>>, patience: Duration) {
    let deadline = Instant::now() + patience;
    for thread in threads {
        while !thread.is_finished() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(5));
        }
        if !thread.is_finished() {
            tracing::error!("a database connection hangs; it is left behind");
        } else if thread.join().is_err() {
            tracing::error!("a writing thread of the store ended with a panic");
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
