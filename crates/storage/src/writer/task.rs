//! One write, between its caller and the one thread that writes.

use super::queue::Waiting;
use super::reply::{Committed, Reply};
use crate::Result;
use crate::chain::Tail;
use crate::connection::{AnyConnection, transaction};
use std::time::Duration;

/// A write whose answer may be of any type.
pub(super) trait Task: Send {
    /// Whether nobody waits for the answer any more.
    fn is_abandoned(&self) -> bool;

    /// Bytes that it holds on to.
    fn size(&self) -> usize;

    /// How long it waits for others whose transaction it can share.
    fn patience(&self) -> Duration {
        Duration::ZERO
    }

    /// Whether it can be run again after it was taken back.
    fn is_repeatable(&self) -> bool;

    /// Runs beside others, in a savepoint that all of them share: if one fails, each is run again, alone.
    fn try_together(&mut self, connection: &mut AnyConnection, tail: &mut Tail) -> Result<()> {
        self.run(connection, tail)
    }

    /// Runs inside the transaction, in a savepoint of its own. An error is the transaction's; the write keeps its own
    /// for its answer.
    fn run(&mut self, connection: &mut AnyConnection, tail: &mut Tail) -> Result<()>;

    /// Tells the caller, after the transaction has ended.
    fn answer(self: Box<Self>, committed: &Committed);
}

impl Waiting for Box<dyn Task> {
    fn size(&self) -> usize {
        self.as_ref().size()
    }

    fn patience(&self) -> Duration {
        self.as_ref().patience()
    }
}

/// Work that can be done once: it has not been done, or this is what it answers.
pub(super) struct Once<T, F> {
    work: Option<F>,
    done: Option<Result<T>>,
    reply: Reply<T>,
    patience: Duration,
}

impl<T, F> Once<T, F> {
    pub(super) fn new(work: F, reply: Reply<T>, patience: Duration) -> Self {
        Self { work: Some(work), done: None, reply, patience }
    }
}

impl<T: Send, F: FnOnce(&mut AnyConnection) -> Result<T> + Send> Task for Once<T, F> {
    fn is_abandoned(&self) -> bool {
        self.reply.is_abandoned()
    }

    fn size(&self) -> usize {
        size_of::<F>()
    }

    fn patience(&self) -> Duration {
        self.patience
    }

    fn is_repeatable(&self) -> bool {
        false
    }

    fn run(&mut self, connection: &mut AnyConnection, _: &mut Tail) -> Result<()> {
        if let Some(work) = self.work.take() {
            self.done = Some(transaction::savepoint(connection, work)?);
        }
        Ok(())
    }

    fn answer(self: Box<Self>, committed: &Committed) {
        self.reply.tell(committed, self.done, |done| done);
    }
}
