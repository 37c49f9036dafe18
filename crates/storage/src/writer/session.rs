//! What the writing thread does: batch by batch, on a connection that is replaced when it breaks.

use super::task::Task;
use crate::connection::{AnyConnection, transaction};
use crate::{DatabaseUrl, Error, Result, crash_point};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::Receiver;

/// The most that one transaction takes in, which bounds how long one commit keeps the others waiting.
const LARGEST_BATCH: usize = 256;

/// What the thread owns. No connection is kept after a failure: whatever state it is in goes with it.
pub(super) struct Session {
    url: DatabaseUrl,
    connection: Option<AnyConnection>,
}

impl Session {
    pub(super) fn new(url: DatabaseUrl, connection: AnyConnection) -> Self {
        Self { url, connection: Some(connection) }
    }

    /// Until the queue is closed and empty.
    pub(super) fn serve(mut self, queue: &Receiver<Box<dyn Task>>) {
        while let Ok(first) = queue.recv() {
            let mut batch = vec![first];
            batch.extend(queue.try_iter().take(LARGEST_BATCH - 1));
            // While the database hangs, a batch that nobody waits for must not cost another transaction's patience.
            batch.retain(|task| !task.is_abandoned());
            let committed = self.try_commit(&mut batch);
            for task in batch {
                task.answer(&committed);
            }
        }
    }

    /// Whatever happens in here ends as an answer: a writer that died would refuse every write from then on.
    fn try_commit(&mut self, batch: &mut [Box<dyn Task>]) -> std::result::Result<(), Arc<Error>> {
        if batch.is_empty() {
            return Ok(());
        }
        let committed = catch_unwind(AssertUnwindSafe(|| self.commit(batch))).unwrap_or(Err(Error::Panicked));
        committed.map_err(|error| {
            let cause: &dyn std::error::Error = &error;
            tracing::error!(error = cause, writes = batch.len(), "a transaction failed");
            Arc::new(error)
        })
    }

    fn commit(&mut self, batch: &mut [Box<dyn Task>]) -> Result<()> {
        let mut connection = self.begin()?;
        // Those whose callers gave up while the transaction waited for its turn are left out.
        for task in batch.iter_mut().filter(|task| !task.is_abandoned()) {
            task.run(&mut connection)?;
        }
        crash_point("before-commit");
        transaction::commit(&mut connection)?;
        crash_point("after-commit");
        self.connection = Some(connection);
        Ok(())
    }

    /// A connection that was lost while it idled is replaced: nothing had begun on it.
    fn begin(&mut self) -> Result<AnyConnection> {
        if let Some(mut connection) = self.connection.take() {
            match transaction::begin(&mut connection) {
                Ok(()) => return Ok(connection),
                Err(_) if connection.is_broken() => {}
                Err(error) => return Err(error.into()),
            }
        }
        let mut connection = AnyConnection::open(&self.url)?;
        transaction::begin(&mut connection)?;
        Ok(connection)
    }
}
