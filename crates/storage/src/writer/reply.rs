//! The way back to the caller of a write.

use crate::{Error, Result};
use std::sync::Arc;

/// How a transaction ended; its error is told to everyone who was part of it.
pub(super) type Committed = std::result::Result<(), Arc<Error>>;

/// The caller of one write.
#[derive(Debug)]
pub(super) struct Reply<T>(oneshot::Sender<Result<T>>);

impl<T> Reply<T> {
    /// A caller, and what it waits with.
    pub(super) fn new() -> (Self, oneshot::AsyncReceiver<Result<T>>) {
        let (sender, receiver) = oneshot::async_channel();
        (Self(sender), receiver)
    }

    /// Whether nobody waits for the answer any more.
    pub(super) fn is_abandoned(&self) -> bool {
        self.0.is_closed()
    }

    /// Tells what became of the write, once its transaction has ended. `done` is nothing if it was left out.
    pub(super) fn tell<W>(self, committed: &Committed, done: Option<Result<W>>, answer: impl FnOnce(W) -> T) {
        let result = match (committed, done) {
            (Ok(()), Some(done)) => done.map(answer),
            // What failed by itself keeps its own, more telling error.
            (Err(_), Some(Err(own))) => Err(own),
            (Err(cause), _) => Err(Error::Aborted(Arc::clone(cause))),
            // Left out, since its caller had given up.
            (Ok(()), None) => Err(Error::Closed),
        };
        // A caller that has given up meanwhile finds its write done when it asks again.
        drop(self.0.send(result));
    }
}
