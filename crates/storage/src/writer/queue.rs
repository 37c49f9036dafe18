//! The queue in front of a writing thread, bounded by count and by bytes.

use super::lock;
use crate::{Error, Result};
use std::collections::VecDeque;
use std::fmt;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// More than this many waiting writes are refused at once: their senders would give up before their turn.
pub(super) const MOST_WAITING: usize = 4096;
/// More than this many waiting bytes are refused at once, so that a flood of large bodies cannot fill the memory.
pub(super) const MOST_WAITING_BYTES: usize = 16 * 1024 * 1024;
/// The most that one transaction takes in, which bounds how long one commit keeps the others waiting.
const LARGEST_BATCH: usize = 256;
/// The same in bytes.
const LARGEST_BATCH_BYTES: usize = 4 * 1024 * 1024;

/// What can wait in a queue.
pub(super) trait Waiting {
    /// Bytes that it holds on to.
    fn size(&self) -> usize;

    /// How long it waits for others whose transaction it can share.
    fn patience(&self) -> Duration {
        Duration::ZERO
    }
}

/// Waiting writes, in the order in which they came.
pub(super) struct Queue<T> {
    state: Mutex<State<T>>,
    bell: Condvar,
}

struct State<T> {
    waiting: VecDeque<Queued<T>>,
    bytes: usize,
    /// When the first of them has waited long enough, and all are handed out.
    due: Option<Instant>,
    /// Why nothing is taken in any more.
    closed: Option<Closed>,
}

struct Queued<T> {
    write: T,
    due: Instant,
}

/// Why a queue takes nothing in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Closed {
    /// The store is shutting down.
    Stopping,
    /// The disk has failed.
    Failed,
}

/// What a writing thread finds when it looks for work.
pub(super) enum Turn<T> {
    /// What had come so far, as much as one transaction takes in.
    Batch(Vec<T>),
    /// Nothing came for as long as it was willing to wait.
    Idle,
    /// Nothing will come any more.
    Over,
}

impl<T: Waiting> Queue<T> {
    pub(super) fn new() -> Self {
        let state = State { waiting: VecDeque::new(), bytes: 0, due: None, closed: None };
        Self { state: Mutex::new(state), bell: Condvar::new() }
    }

    /// Takes a write in, or says why not.
    pub(super) fn push(&self, write: T) -> Result<()> {
        let mut state = lock(&self.state);
        match state.closed {
            Some(Closed::Stopping) => return Err(Error::Closed),
            Some(Closed::Failed) => return Err(Error::Failed),
            None => {}
        }
        let bytes = state.bytes.saturating_add(write.size());
        if state.waiting.len() >= MOST_WAITING || bytes > MOST_WAITING_BYTES {
            return Err(Error::Full);
        }
        state.bytes = bytes;
        let due = Instant::now() + write.patience();
        state.due = state.due.min(Some(due)).or(Some(due));
        state.waiting.push_back(Queued { write, due });
        drop(state);
        self.bell.notify_one();
        Ok(())
    }

    /// Waits at most `patience` for something to do.
    pub(super) fn take(&self, patience: Duration) -> Turn<T> {
        let until = Instant::now().checked_add(patience);
        let mut state = lock(&self.state);
        loop {
            let now = Instant::now();
            if state.is_due(now) {
                return Turn::Batch(state.next_batch());
            }
            if state.closed.is_some() {
                return Turn::Over;
            }
            let Some(wake) = state.due.into_iter().chain(until).min() else {
                state = self.bell.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            if wake <= now {
                return Turn::Idle;
            }
            let waited = self.bell.wait_timeout(state, wake - now);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// How many writes wait.
    pub(super) fn len(&self) -> usize {
        lock(&self.state).waiting.len()
    }

    /// Takes nothing in any more; what waits is still handed out.
    pub(super) fn close(&self, why: Closed) {
        lock(&self.state).closed.get_or_insert(why);
        self.bell.notify_all();
    }
}

impl<T: Waiting> State<T> {
    /// Whether something has waited long enough. Nobody else comes to a queue that is closed.
    fn is_due(&self, now: Instant) -> bool {
        self.due.is_some_and(|due| due <= now || self.closed.is_some())
    }

    /// At least one, however large it is.
    fn next_batch(&mut self) -> Vec<T> {
        let mut batch = Vec::new();
        let mut bytes = 0;
        while let Some(next) = self.waiting.front() {
            bytes += next.write.size();
            if batch.len() >= LARGEST_BATCH || (bytes > LARGEST_BATCH_BYTES && !batch.is_empty()) {
                break;
            }
            self.bytes = self.bytes.saturating_sub(next.write.size());
            batch.extend(self.waiting.pop_front().map(|queued| queued.write));
        }
        self.due = self.waiting.iter().map(|queued| queued.due).min();
        batch
    }
}

impl<T> fmt::Debug for Queue<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Queue")
            .field("waiting", &lock(&self.state).waiting.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What has this size waits for company.
    const PATIENT: usize = 7;
    const PATIENCE: Duration = Duration::from_millis(200);

    impl Waiting for usize {
        fn size(&self) -> usize {
            *self
        }

        fn patience(&self) -> Duration {
            if *self == PATIENT { PATIENCE } else { Duration::ZERO }
        }
    }

    const MEBIBYTE: usize = 1024 * 1024;

    fn batch(queue: &Queue<usize>) -> Vec<usize> {
        match queue.take(Duration::ZERO) {
            Turn::Batch(batch) => batch,
            Turn::Idle | Turn::Over => Vec::new(),
        }
    }

    #[test]
    fn sixteen_mebibytes_may_wait_and_no_more() {
        let queue = Queue::new();
        for _ in 0..4 {
            queue.push(4 * MEBIBYTE).expect("room");
        }
        assert!(matches!(queue.push(1), Err(Error::Full)));
        assert_eq!(batch(&queue), [4 * MEBIBYTE]);
        queue.push(1).expect("room again");
    }

    #[test]
    fn one_transaction_takes_four_mebibytes_or_one_write() {
        let queue = Queue::new();
        for size in [3 * MEBIBYTE, MEBIBYTE, 1, 5 * MEBIBYTE] {
            queue.push(size).expect("room");
        }
        assert_eq!(batch(&queue), [3 * MEBIBYTE, MEBIBYTE]);
        assert_eq!(batch(&queue), [1]);
        assert_eq!(batch(&queue), [5 * MEBIBYTE]);
    }

    #[test]
    fn one_transaction_takes_256_writes() {
        let queue = Queue::new();
        for _ in 0..300 {
            queue.push(1).expect("room");
        }
        assert_eq!((batch(&queue).len(), batch(&queue).len()), (256, 44));
    }

    #[test]
    fn what_waits_when_it_closes_is_still_handed_out() {
        let queue = Queue::new();
        queue.push(1).expect("room");
        queue.close(Closed::Stopping);
        assert!(matches!(queue.push(1), Err(Error::Closed)));
        assert_eq!(batch(&queue), [1]);
        assert!(matches!(queue.take(Duration::from_secs(60)), Turn::Over));
    }

    #[test]
    fn what_waits_for_company_goes_with_the_next_write_or_alone_after_a_while() {
        let queue = Queue::new();
        queue.push(PATIENT).expect("room");
        assert!(matches!(queue.take(Duration::ZERO), Turn::Idle));
        queue.push(1).expect("room");
        assert_eq!(batch(&queue), [PATIENT, 1]);
        queue.push(PATIENT).expect("room");
        let begun = Instant::now();
        assert!(matches!(queue.take(Duration::MAX), Turn::Batch(alone) if alone == [PATIENT]));
        assert!(begun.elapsed() >= PATIENCE / 2, "it waited for others");
    }

    #[test]
    fn what_waits_for_company_when_the_queue_closes_waits_no_longer() {
        let queue = Queue::new();
        queue.push(PATIENT).expect("room");
        queue.close(Closed::Stopping);
        assert_eq!(batch(&queue), [PATIENT]);
    }

    #[test]
    fn a_failed_disk_is_named_to_those_who_come_later() {
        let queue = Queue::new();
        queue.close(Closed::Failed);
        queue.close(Closed::Stopping);
        assert!(matches!(queue.push(1), Err(Error::Failed)));
    }
}
