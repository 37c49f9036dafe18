//! The writer: one thread that commits whatever is queued in one transaction.
//!
//! While one transaction is being made durable the next collects itself, so latency at low load is one fsync and
//! throughput grows with load. Each write runs in a savepoint of its own: one that fails leaves its neighbors alone.

mod session;
mod task;
#[cfg(test)]
mod tests;

use crate::connection::AnyConnection;
use crate::pending::Pending;
use crate::{DatabaseUrl, Error, Result};
use session::Session;
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use task::{Task, Write};

/// More than this many waiting writes are refused at once: their senders would give up before their turn.
const QUEUE_LENGTH: usize = 4096;

/// The queue in front of the writing thread.
#[derive(Debug)]
pub(crate) struct Writer {
    queue: Mutex<Option<SyncSender<Box<dyn Task>>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Starts the thread; it owns `connection`, and opens another from `url` when that one breaks.
    pub(crate) fn start(url: DatabaseUrl, connection: AnyConnection) -> Result<Self> {
        let (sender, receiver) = sync_channel(QUEUE_LENGTH);
        let session = Session::new(url, connection);
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || session.serve(&receiver))
            .map_err(|error| Error::Unreachable(format!("no thread for the writer: {error}")))?;
        Ok(Self { queue: Mutex::new(Some(sender)), thread: Mutex::new(Some(thread)) })
    }

    /// Queues `work`; its answer comes after the commit that holds it.
    pub(crate) fn submit<T, F>(&self, work: F) -> Pending<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut AnyConnection) -> Result<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::async_channel();
        let task = Box::new(Write::new(work, reply));
        match lock(&self.queue).as_ref().map(|queue| queue.try_send(task)) {
            Some(Ok(())) => Pending::queued(answer),
            Some(Err(TrySendError::Full(_))) => Pending::refused(Error::Full),
            Some(Err(TrySendError::Disconnected(_))) | None => Pending::refused(Error::Closed),
        }
    }

    /// Commits what is queued, refuses the rest, and ends the thread.
    pub(crate) fn close(&self) {
        drop(lock(&self.queue).take());
        let thread = lock(&self.thread).take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the store's writer ended with a panic");
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.close();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
