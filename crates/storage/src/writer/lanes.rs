//! PostgreSQL's writers: for each kind of hot write a connection of its own, which makes one transaction of whatever
//! is queued.
//!
//! The lanes do not wait for each other: letters cannot keep deliveries from being recorded. Their transactions are
//! short, touch rows in the order of their keys, and hold nothing that another lane holds in the opposite order.

use super::hot::{Entry, Hot};
use super::queue::{Closed, Queue, Turn};
use super::reply::Committed;
use super::{finish_within, lock};
use crate::chain::Tail;
use crate::connection::{AnyConnection, transaction, trouble};
use crate::deliveries::{Record, Retry};
use crate::{Conclusion, DatabaseUrl, Error, Issue, Result, crash_point};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// A connection that has been busy for longer hangs: the server is frozen, or the network swallows everything.
const STUCK: Duration = Duration::from_secs(5);
/// Connections that hang are left to their threads and replaced, but not without end.
const MOST_STUCK: usize = 4;
/// Rows that fail together are tried alone, but not for longer than their senders wait.
const PATIENCE_ALONE: Duration = Duration::from_secs(3);

/// A connection, with the end of the chain that it alone appends to. Both are given up together: only while the
/// connection lives is the chain its own.
type Kept = (AnyConnection, Tail);

/// One lane for each kind of hot write.
#[derive(Debug)]
pub(crate) struct Lanes {
    pub(crate) record: Lane<Record>,
    pub(crate) issue: Lane<Issue>,
    pub(crate) conclude: Lane<Conclusion>,
    pub(crate) retry: Lane<Retry>,
}

impl Lanes {
    pub(super) fn start(url: &DatabaseUrl) -> Result<Self> {
        Ok(Self {
            record: Lane::start(url)?,
            issue: Lane::start(url)?,
            conclude: Lane::start(url)?,
            retry: Lane::start(url)?,
        })
    }

    /// Finishes what is queued. What hangs is left behind.
    pub(super) fn close(&self) {
        self.record.close();
        self.issue.close();
        self.conclude.close();
        self.retry.close();
        let threads =
            [self.record.threads(), self.issue.threads(), self.conclude.threads(), self.retry.threads()];
        finish_within(threads.into_iter().flatten(), STUCK);
    }
}

/// The queue and the thread of one kind of write.
#[derive(Debug)]
pub(crate) struct Lane<W: Hot>(Arc<Shared<W>>);

#[derive(Debug)]
struct Shared<W: Hot> {
    url: DatabaseUrl,
    queue: Queue<Entry<W>>,
    crew: Mutex<Crew>,
}

/// The thread that serves the lane now, and those that hang.
#[derive(Debug, Default)]
struct Crew {
    /// The serving one's number; a thread with another number ends as soon as it comes back.
    serving: u64,
    busy_since: Option<Instant>,
    threads: Vec<JoinHandle<()>>,
}

impl<W: Hot> Lane<W> {
    fn start(url: &DatabaseUrl) -> Result<Self> {
        let shared = Shared { url: url.clone(), queue: Queue::new(), crew: Mutex::default() };
        let lane = Self(Arc::new(shared));
        lane.man(&mut lock(&lane.0.crew))?;
        Ok(lane)
    }

    /// Queues a write, and sees to it that somebody serves the queue.
    pub(super) fn push(&self, entry: Entry<W>) -> Result<()> {
        self.0.queue.push(entry)?;
        self.replace_if_stuck();
        Ok(())
    }

    fn replace_if_stuck(&self) {
        let mut crew = lock(&self.0.crew);
        if crew.busy_since.is_none_or(|since| since.elapsed() < STUCK) {
            return;
        }
        crew.threads.retain(|thread| !thread.is_finished());
        if crew.threads.len() > MOST_STUCK {
            return;
        }
        tracing::error!(stuck = crew.threads.len(), "a database connection hangs; another takes its place");
        crew.busy_since = None;
        if let Err(error) = self.man(&mut crew) {
            tracing::error!(%error, "no thread for another database connection");
        }
    }

    fn man(&self, crew: &mut Crew) -> Result<()> {
        crew.serving += 1;
        let (shared, number) = (Arc::clone(&self.0), crew.serving);
        let thread = std::thread::Builder::new()
            .name("store-lane".to_owned())
            .spawn(move || shared.serve(number))
            .map_err(|error| Error::Unreachable(format!("no thread for the writer: {error}")))?;
        crew.threads.push(thread);
        Ok(())
    }

    /// How many writes wait.
    pub(super) fn waiting(&self) -> usize {
        self.0.queue.len()
    }

    fn close(&self) {
        self.0.queue.close(Closed::Stopping);
    }

    fn threads(&self) -> Vec<JoinHandle<()>> {
        std::mem::take(&mut lock(&self.0.crew).threads)
    }
}

impl<W: Hot> Shared<W> {
    fn serve(&self, number: u64) {
        let mut connection = None;
        while let Turn::Batch(batch) = self.queue.take(Duration::MAX) {
            lock(&self.crew).busy_since = Some(Instant::now());
            self.write(&mut connection, batch);
            let mut crew = lock(&self.crew);
            if crew.serving != number {
                return;
            }
            crew.busy_since = None;
        }
    }

    fn write(&self, connection: &mut Option<Kept>, mut batch: Vec<Entry<W>>) {
        batch.retain(|entry| !entry.is_abandoned());
        if batch.is_empty() {
            return;
        }
        match self.commit(connection, &mut batch) {
            Err(error) if trouble::is_about_a_row(&error) => self.write_alone(connection, batch, error),
            result => answer(batch, &result.map_err(told)),
        }
    }

    /// One of them cannot be written, and the others must not suffer for it. Its error is its own, and not the
    /// transaction's: it says nothing of the database.
    fn write_alone(&self, connection: &mut Option<Kept>, mut batch: Vec<Entry<W>>, error: Error) {
        if let [only] = batch.as_mut_slice() {
            only.written = Some(Err(error));
            return answer(batch, &Ok(()));
        }
        let begun = Instant::now();
        for entry in batch {
            let mut alone = vec![entry];
            if begun.elapsed() > PATIENCE_ALONE {
                answer(alone, &Err(Arc::new(Error::Full)));
                continue;
            }
            match self.commit(connection, &mut alone) {
                Err(error) if trouble::is_about_a_row(&error) => self.write_alone(connection, alone, error),
                result => answer(alone, &result.map_err(told)),
            }
        }
    }

    /// All of them in one transaction, on a connection that is not kept after a failure.
    fn commit(&self, kept: &mut Option<Kept>, batch: &mut [Entry<W>]) -> Result<()> {
        let committed = catch_unwind(AssertUnwindSafe(|| {
            let (mut connection, mut tail) = self.begin(kept.take())?;
            let writes: Vec<&W> = batch.iter().map(|entry| &entry.write).collect();
            let AnyConnection::Postgres(postgres) = &mut connection else { return Err(Error::Closed) };
            let written = W::write_all(&writes, postgres, &mut tail)?;
            crash_point("before-commit");
            transaction::commit(&mut connection).map_err(|error| Error::Aborted(Arc::new(error.into())))?;
            crash_point("after-commit");
            *kept = Some((connection, tail));
            Ok(written)
        }));
        for (entry, written) in batch.iter_mut().zip(committed.unwrap_or(Err(Error::Panicked))?) {
            entry.written = Some(Ok(written));
        }
        Ok(())
    }

    /// A connection that was lost while it idled is replaced: nothing had begun on it.
    fn begin(&self, kept: Option<Kept>) -> Result<Kept> {
        if let Some((mut connection, tail)) = kept
            && W::begin(&mut connection).is_ok()
        {
            return Ok((connection, tail));
        }
        let mut connection = AnyConnection::open_for_writing(&self.url, STUCK)?;
        W::begin(&mut connection)?;
        Ok((connection, Tail::default()))
    }
}

fn answer<W: Hot>(batch: impl IntoIterator<Item = Entry<W>>, committed: &Committed) {
    for entry in batch {
        entry.tell(committed);
    }
}

fn told(error: Error) -> Arc<Error> {
    tracing::error!(error = error.with_causes(), "a transaction failed");
    Arc::new(error)
}
