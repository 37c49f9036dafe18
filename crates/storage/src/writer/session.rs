//! What the one writing thread does: batch by batch, on a connection that is replaced when it breaks.

use super::failure::Failure;
use super::queue::{Closed, Queue, Turn};
use super::reply::Committed;
use super::task::Task;
use crate::chain::Tail;
use crate::connection::{AnyConnection, transaction, trouble};
use crate::{DatabaseUrl, Error, Result, crash_point};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// With nothing to write for this long, the log is brought into the database, so that it is short when work comes.
const IDLE: Duration = Duration::from_secs(1);

/// Who writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manners {
    /// A server, whose senders wait.
    Host,
    /// A command line beside a server: after each transaction it leaves the database alone for a moment. SQLite's waiting
    /// is not fair, and the server would come to nothing beside a program that always wants to write.
    Guest,
}

impl Manners {
    /// How long it waits for its turn to write, where SQLite keeps none. A server's senders go away after five seconds;
    /// nobody waits for a guest, and beside a busy server its turn may be long in coming.
    pub(crate) fn patience(self) -> Duration {
        match self {
            Self::Host => Duration::from_secs(5),
            Self::Guest => Duration::from_secs(60),
        }
    }
}

/// A guest waits for such a part of the time that a transaction of its took, and no longer than this.
const COURTESY: u32 = 4;
const LONGEST_COURTESY: Duration = Duration::from_millis(50);

/// What the thread owns. No connection is kept after a failure: whatever state it is in goes with it.
pub(super) struct Session {
    url: DatabaseUrl,
    manners: Manners,
    connection: Option<AnyConnection>,
    queue: Arc<Queue<Box<dyn Task>>>,
    failure: Arc<Failure>,
    has_failed: bool,
}

impl Session {
    pub(super) fn new(
        url: DatabaseUrl,
        manners: Manners,
        connection: AnyConnection,
        queue: Arc<Queue<Box<dyn Task>>>,
        failure: Arc<Failure>,
    ) -> Self {
        Self { url, manners, connection: Some(connection), queue, failure, has_failed: false }
    }

    /// Until the queue is closed and empty.
    pub(super) fn serve(mut self) {
        let mut is_tidy = true;
        loop {
            match self.queue.take(if is_tidy { Duration::MAX } else { IDLE }) {
                Turn::Batch(batch) => {
                    self.write(batch);
                    is_tidy = false;
                }
                Turn::Idle => {
                    self.tidy();
                    is_tidy = true;
                }
                // Whoever still reads keeps SQLite from doing this by itself.
                Turn::Over => return self.tidy(),
            }
        }
    }

    fn write(&mut self, mut batch: Vec<Box<dyn Task>>) {
        // While the database hangs, a batch that nobody waits for must not cost another transaction's patience.
        batch.retain(|task| !task.is_abandoned());
        let committed =
            if self.has_failed { Err(Arc::new(Error::Failed)) } else { self.try_commit(&mut batch) };
        for task in batch {
            task.answer(&committed);
        }
    }

    /// Whatever happens in here ends as an answer: a writer that died would refuse every write from then on.
    fn try_commit(&mut self, batch: &mut [Box<dyn Task>]) -> Committed {
        if batch.is_empty() {
            return Ok(());
        }
        let committed = catch_unwind(AssertUnwindSafe(|| self.commit(batch))).unwrap_or(Err(Error::Panicked));
        committed.map_err(|error| {
            tracing::error!(error = error.with_causes(), writes = batch.len(), "a transaction failed");
            if trouble::is_fatal(&error) {
                self.has_failed = true;
                self.queue.close(Closed::Failed);
                self.failure.happen(&error);
            }
            Arc::new(error)
        })
    }

    fn commit(&mut self, batch: &mut [Box<dyn Task>]) -> Result<()> {
        let mut connection = self.begin()?;
        let begun = Instant::now();
        // Read anew in each transaction: programs beside this one record as well.
        let mut tail = Tail::default();
        let written = write_all(&mut connection, batch, &mut tail).and_then(|()| {
            tail.store(&mut connection)?;
            crash_point("before-commit");
            Ok(transaction::commit(&mut connection)?)
        });
        match written {
            Ok(()) => {
                crash_point("after-commit");
                self.connection = Some(connection);
            }
            Err(error) => return Err(given_up(connection, error)),
        }
        if self.manners == Manners::Guest {
            std::thread::sleep((begun.elapsed() / COURTESY).min(LONGEST_COURTESY));
        }
        Ok(())
    }

    /// A connection that was lost while it idled is replaced: nothing had begun on it.
    fn begin(&mut self) -> Result<AnyConnection> {
        if let Some(mut connection) = self.connection.take() {
            match transaction::begin(&mut connection) {
                Ok(()) => return Ok(connection),
                Err(_) if connection.is_broken() => {}
                Err(error) => return Err(given_up(connection, error.into())),
            }
        }
        let mut connection = AnyConnection::open_for_writing(&self.url, self.manners.patience())?;
        match transaction::begin(&mut connection) {
            Ok(()) => Ok(connection),
            Err(error) => Err(given_up(connection, error.into())),
        }
    }

    fn tidy(&mut self) {
        if let Some(Err(error)) = self.connection.as_mut().map(AnyConnection::shorten_log) {
            tracing::warn!(%error, "the log could not be brought into the database");
        }
    }
}

/// Closes a connection that failed, but not after a failure of the disk: SQLite would bring a log into the database
/// that may not be on the disk.
fn given_up(connection: AnyConnection, error: Error) -> Error {
    if trouble::is_fatal(&error) {
        std::mem::forget(connection);
    }
    error
}

/// Those whose callers gave up while the transaction waited for its turn are left out.
fn write_all(connection: &mut AnyConnection, batch: &mut [Box<dyn Task>], tail: &mut Tail) -> Result<()> {
    let (mut repeatable, mut single): (Vec<_>, Vec<_>) =
        batch.iter_mut().partition(|task| task.is_repeatable());
    if !write_together(connection, &mut repeatable, tail)? {
        *tail = Tail::default();
        write_each(connection, &mut repeatable, tail)?;
    }
    write_each(connection, &mut single, tail)
}

/// Without a savepoint, which would copy every page that is touched; answers whether all of it is written. Otherwise
/// nothing is, the transaction has begun anew, and each has to be tried alone.
fn write_together(
    connection: &mut AnyConnection,
    batch: &mut [&mut Box<dyn Task>],
    tail: &mut Tail,
) -> Result<bool> {
    let written = catch_unwind(AssertUnwindSafe(|| {
        let mut left = batch.iter_mut().filter(|task| !task.is_abandoned());
        left.try_for_each(|task| task.try_together(connection, tail))
    }));
    match written.unwrap_or(Err(Error::Panicked)) {
        Ok(()) => Ok(true),
        Err(error) if trouble::is_fatal(&error) => Err(error),
        // Where the database has ended the transaction by itself, the first error says why.
        Err(error) => transaction::begin_anew(connection).map(|()| false).map_err(|_| error),
    }
}

fn write_each(
    connection: &mut AnyConnection,
    batch: &mut [&mut Box<dyn Task>],
    tail: &mut Tail,
) -> Result<()> {
    let mut left = batch.iter_mut().filter(|task| !task.is_abandoned());
    left.try_for_each(|task| task.run(connection, tail))
}
