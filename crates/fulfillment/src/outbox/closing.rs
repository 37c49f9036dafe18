//! The end of the outbox, for threads that would otherwise sleep through it.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Whether it is time to stop.
#[derive(Debug, Default)]
pub(super) struct Closing {
    is_closing: Mutex<bool>,
    bell: Condvar,
}

impl Closing {
    /// From now on it is.
    pub(super) fn begin(&self) {
        *self.is_closing.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.bell.notify_all();
    }

    /// Whether it is.
    pub(super) fn has_begun(&self) -> bool {
        *self.is_closing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sleeps so long, or until it is time to stop; answers whether it is.
    pub(super) fn wait(&self, pause: Duration) -> bool {
        let guard = self.is_closing.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.bell.wait_timeout_while(guard, pause, |is_closing| !*is_closing);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}
