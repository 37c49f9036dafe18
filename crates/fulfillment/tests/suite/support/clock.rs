//! A clock that stands still until a test moves it.

use jiff::{SignedDuration, Timestamp};
use mintmark_fulfillment::Clock;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Noon of 2026-03-14, shortly after the sales of the fixtures.
const START: i64 = 1_773_489_600;

/// Clones show the same time.
#[derive(Clone)]
pub(crate) struct TestClock(Arc<AtomicI64>);

impl Default for TestClock {
    fn default() -> Self {
        Self(Arc::new(AtomicI64::new(START)))
    }
}

impl TestClock {
    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.load(Ordering::SeqCst)).unwrap()
    }

    pub(crate) fn advance(&self, duration: SignedDuration) {
        self.0.fetch_add(duration.as_secs(), Ordering::SeqCst);
    }

    pub(crate) fn as_clock(&self) -> Clock {
        let clock = self.clone();
        Arc::new(move || clock.now())
    }
}
