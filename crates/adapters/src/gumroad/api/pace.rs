//! How fast the API is asked: one pace for all callers of a client.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::BooksError;

/// Gives out turns, in the order they are asked for.
#[derive(Debug)]
pub(super) struct Pace {
    pause: Duration,
    turns: Mutex<Turns>,
    closing: Condvar,
}

#[derive(Debug)]
struct Turns {
    next: Instant,
    is_closed: bool,
}

impl Pace {
    /// At least `pause` between two turns.
    pub(super) fn new(pause: Duration) -> Self {
        let turns = Turns { next: Instant::now(), is_closed: false };
        Self { pause, turns: Mutex::new(turns), closing: Condvar::new() }
    }

    pub(super) fn pause(&self) -> Duration {
        self.pause
    }

    /// Waits for a turn.
    pub(super) fn turn(&self) -> Result<(), BooksError> {
        let mut turns = self.turns();
        let mine = turns.next.max(Instant::now());
        turns.next = mine + self.pause;
        loop {
            if turns.is_closed {
                return Err(BooksError::Unavailable("this program is stopping".to_owned()));
            }
            let left = mine.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            turns = self.closing.wait_timeout(turns, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Lets nobody ask for this long.
    pub(super) fn rest(&self, rest: Duration) {
        let mut turns = self.turns();
        turns.next = turns.next.max(Instant::now() + rest);
    }

    pub(super) fn close(&self) {
        self.turns().is_closed = true;
        self.closing.notify_all();
    }

    fn turns(&self) -> MutexGuard<'_, Turns> {
        self.turns.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_callers_share_one_pace() {
        let pace = Pace::new(Duration::from_millis(20));
        let since = Instant::now();
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| (0..3).for_each(|_| pace.turn().unwrap()));
            }
        });
        assert!(since.elapsed() >= Duration::from_millis(100), "six turns have five pauses between them");
    }

    #[test]
    fn whoever_waits_is_woken_when_the_program_stops() {
        let pace = Pace::new(Duration::from_secs(3600));
        pace.turn().unwrap();
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| pace.turn());
            pace.close();
            assert!(waiting.join().unwrap().is_err());
        });
    }
}
