//! The thread that keeps the revocation list true.
//!
//! Every server has one, and they need not agree on who makes a list: the database gives each serial away once.

use super::watch::Watch;
use crate::outbox::Clock;
use crate::{Error, Fulfillment};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

/// How long a change of a license waits at most until it is published.
const PAUSE: Duration = Duration::from_secs(1);

/// The running publisher; dropping it stops it.
#[derive(Debug)]
pub struct Publisher {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Fulfillment {
    /// Publishes the revocation list, now and whenever licenses have changed. When this returns there is a list, unless
    /// the database does not take one; then there is one as soon as it does.
    ///
    /// # Errors
    /// No thread is to be had.
    pub fn start_publisher(self: &Arc<Self>, clock: Clock) -> Result<Publisher, Error> {
        let (stop, stopped) = channel::<()>();
        let mut rounds = Rounds { watch: Watch::new(self.serial_on_disk()), is_failing: false };
        rounds.next(self, &clock);
        let fulfillment = Arc::downgrade(self);
        let thread = std::thread::Builder::new().name("publisher".to_owned()).spawn(move || {
            while stopped.recv_timeout(PAUSE) == Err(RecvTimeoutError::Timeout) {
                let Some(fulfillment) = Weak::upgrade(&fulfillment) else { return };
                rounds.next(&fulfillment, &clock);
            }
        });
        Ok(Publisher { stop: Some(stop), thread: Some(thread.map_err(Error::Thread)?) })
    }
}

/// One look after the other.
struct Rounds {
    watch: Watch,
    /// Of a database that is down one line is enough.
    is_failing: bool,
}

impl Rounds {
    fn next(&mut self, fulfillment: &Fulfillment, clock: &Clock) {
        let looked = fulfillment.look(&mut self.watch, clock());
        if let (Err(error), false) = (&looked, self.is_failing) {
            tracing::warn!(%error, "the revocation list could not be brought up to date; it is tried again");
        }
        self.is_failing = looked.is_err();
    }
}

impl Drop for Publisher {
    fn drop(&mut self) {
        drop(self.stop.take());
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the publisher of the revocation list ended with a panic");
        }
    }
}
