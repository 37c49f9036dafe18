//! The answer of a group commit: a plain future, which a thread may also wait for.

use crate::{Error, Result};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

/// What a write answers once its transaction is on disk.
///
/// Dropping it takes the write back if it has not begun; once it has begun, it is carried out.
#[derive(Debug)]
#[must_use = "a write that nobody waits for may be taken back"]
pub struct Pending<T>(State<T>);

#[derive(Debug)]
enum State<T> {
    Queued(oneshot::AsyncReceiver<Result<T>>),
    Refused(Option<Error>),
}

impl<T> Pending<T> {
    pub(crate) fn queued(receiver: oneshot::AsyncReceiver<Result<T>>) -> Self {
        Self(State::Queued(receiver))
    }

    pub(crate) fn refused(error: Error) -> Self {
        Self(State::Refused(Some(error)))
    }

    /// Blocks this thread until the transaction is on disk.
    pub fn wait(self) -> Result<T>
    where
        T: Unpin,
    {
        pollster::block_on(self)
    }
}

impl<T: Unpin> Future for Pending<T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<T>> {
        match &mut self.0 {
            State::Queued(receiver) => {
                Pin::new(receiver).poll(context).map(|answer| answer.unwrap_or(Err(Error::Closed)))
            }
            State::Refused(error) => Poll::Ready(Err(error.take().unwrap_or(Error::Closed))),
        }
    }
}
