//! The sweeper: finishes deliveries that were recorded and never concluded.

use crate::outbox::Clock;
use crate::{Error, Fulfilled, Fulfillment};
use jiff::{SignedDuration, Timestamp};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

/// How often it looks.
const PAUSE: Duration = Duration::from_secs(10);
/// A younger delivery may still be in the hands of whoever recorded it.
const PATIENCE: SignedDuration = SignedDuration::from_secs(15);

/// The running sweeper; dropping it stops it.
#[derive(Debug)]
pub struct Sweeper {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Fulfillment {
    /// Finishes deliveries that were recorded and not concluded, now and from time to time.
    ///
    /// # Errors
    /// No thread is to be had.
    pub fn start_sweeper(self: &Arc<Self>, clock: Clock) -> Result<Sweeper, Error> {
        let (stop, stopped) = channel::<()>();
        let fulfillment = Arc::downgrade(self);
        let thread = std::thread::Builder::new().name("sweeper".to_owned()).spawn(move || {
            // What is on record before the start was left behind by an earlier run.
            let mut before = clock();
            while sweep(&fulfillment, before, clock()).is_some() {
                match stopped.recv_timeout(PAUSE) {
                    Err(RecvTimeoutError::Timeout) => {}
                    Ok(()) | Err(RecvTimeoutError::Disconnected) => return,
                }
                before = clock().saturating_sub(PATIENCE).unwrap_or(before);
            }
        });
        Ok(Sweeper { stop: Some(stop), thread: Some(thread.map_err(Error::Thread)?) })
    }

    /// Fulfills what was recorded before `before` and never concluded; answers how many came to an end.
    ///
    /// One that fails does not keep the others waiting: it is logged, and tried again the next time.
    ///
    /// # Errors
    /// The database cannot be asked which ones there are.
    pub fn finish_unfinished(&self, before: Timestamp, now: Timestamp) -> Result<usize, Error> {
        let unfinished = self.records.store.unfinished(before)?;
        Ok(unfinished.into_iter().filter(|id| self.finish(*id, now)).count())
    }

    /// Whether the delivery has come to an end. A panic is the delivery's own, and must not end the sweeper.
    fn finish(&self, id: i64, now: Timestamp) -> bool {
        match catch_unwind(AssertUnwindSafe(|| self.try_to_finish(id, now))) {
            Ok(Ok(())) => true,
            Ok(Err(error)) => {
                tracing::warn!(delivery = id, %error, "a delivery could not be finished; it is tried again");
                false
            }
            Err(_) => {
                tracing::error!(delivery = id, "finishing a delivery panicked");
                false
            }
        }
    }

    fn try_to_finish(&self, id: i64, now: Timestamp) -> Result<(), Error> {
        let Some(delivery) = self.records.store.retry(id).wait()? else { return Ok(()) };
        let fulfilled = pollster::block_on(self.fulfill_unfinished(&delivery, now)).or_else(|error| {
            // However long the database is in trouble, it must not use up the delivery's attempts.
            if matches!(&error, Error::Storage(trouble) if trouble.is_transient()) {
                self.records.store.forgive(&delivery).wait()?;
            }
            Err(error)
        })?;
        if let (Fulfilled::Licensed { new_letter: Some(letter), .. }, Some(outbox)) =
            (fulfilled, &self.outbox)
        {
            // Nobody waits for its result; its buyer has waited long enough.
            drop(outbox.send_now(letter));
        }
        Ok(())
    }
}

impl Drop for Sweeper {
    fn drop(&mut self) {
        drop(self.stop.take());
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the sweeper ended with a panic");
        }
    }
}

/// `None` once the installation is gone.
fn sweep(fulfillment: &Weak<Fulfillment>, before: Timestamp, now: Timestamp) -> Option<()> {
    let fulfillment = fulfillment.upgrade()?;
    match fulfillment.finish_unfinished(before, now) {
        Ok(0) => {}
        Ok(finished) => {
            tracing::info!(finished, "deliveries that were recorded and not finished are finished")
        }
        Err(error) => tracing::warn!(%error, "the sweeper could not look for unfinished deliveries"),
    }
    Some(())
}
