//! One write, between its caller and the thread.

use crate::connection::{AnyConnection, transaction};
use crate::{Error, Result};
use std::sync::Arc;

/// A write whose answer may be of any type.
pub(super) trait Task: Send {
    /// Whether nobody waits for the answer any more.
    fn is_abandoned(&self) -> bool;

    /// Runs inside the transaction, once. An error is the transaction's; the write keeps its own for its answer.
    fn run(&mut self, connection: &mut AnyConnection) -> Result<()>;

    /// Tells the caller, after the transaction has ended.
    fn answer(self: Box<Self>, committed: &std::result::Result<(), Arc<Error>>);
}

/// Work that has not been done, or what it answers.
pub(super) struct Write<T, F> {
    work: Option<F>,
    done: Option<Result<T>>,
    reply: oneshot::Sender<Result<T>>,
}

impl<T, F> Write<T, F> {
    pub(super) fn new(work: F, reply: oneshot::Sender<Result<T>>) -> Self {
        Self { work: Some(work), done: None, reply }
    }
}

impl<T: Send, F: FnOnce(&mut AnyConnection) -> Result<T> + Send> Task for Write<T, F> {
    fn is_abandoned(&self) -> bool {
        self.reply.is_closed()
    }

    fn run(&mut self, connection: &mut AnyConnection) -> Result<()> {
        if let Some(work) = self.work.take() {
            self.done = Some(transaction::savepoint(connection, work)?);
        }
        Ok(())
    }

    fn answer(self: Box<Self>, committed: &std::result::Result<(), Arc<Error>>) {
        let result = match (committed, self.done) {
            (Ok(()), Some(done)) => done,
            // What failed by itself keeps its own, more telling error.
            (Err(_), Some(Err(own))) => Err(own),
            (Err(cause), _) => Err(Error::Aborted(Arc::clone(cause))),
            // Skipped, since its caller had given up.
            (Ok(()), None) => Err(Error::Closed),
        };
        // A caller that has given up meanwhile finds its write done when it asks again.
        drop(self.reply.send(result));
    }
}
