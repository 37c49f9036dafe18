//! The sweeper: finishes deliveries that were recorded and never concluded, and settles orders whose time has come.

use crate::outbox::Clock;
use crate::{Error, Fulfilled, Fulfillment};
use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use mintmark_storage::{Duty, Lead, Unfinished};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

/// How often it looks.
const PAUSE: Duration = Duration::from_secs(10);
/// A younger delivery may still be in the hands of whoever recorded it.
const PATIENCE: SignedDuration = SignedDuration::from_secs(15);
/// So many are finished together, and share their transactions: no longer than a server beside a replay may wait.
pub(crate) const TOGETHER: usize = 256;

/// The running sweeper; dropping it stops it.
#[derive(Debug)]
pub struct Sweeper {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Fulfillment {
    /// Finishes deliveries that were recorded and not concluded, now and from time to time. Of several servers on one
    /// database one does it.
    ///
    /// # Errors
    /// No thread is to be had.
    pub fn start_sweeper(self: &Arc<Self>, clock: Clock) -> Result<Sweeper, Error> {
        let (stop, stopped) = channel::<()>();
        let fulfillment = Arc::downgrade(self);
        let patience = |now: Timestamp| now.saturating_sub(PATIENCE).unwrap_or(now);
        // What is on record before the start of the only server was left behind by an earlier run.
        let is_only_server = self.records.store.is_only_server();
        let thread = std::thread::Builder::new().name("sweeper".to_owned()).spawn(move || {
            let mut before = if is_only_server { clock() } else { patience(clock()) };
            let mut lead = None;
            while sweep(&fulfillment, &mut lead, before, clock()).is_some() {
                match stopped.recv_timeout(PAUSE) {
                    Err(RecvTimeoutError::Timeout) => {}
                    Ok(()) | Err(RecvTimeoutError::Disconnected) => return,
                }
                before = patience(clock());
            }
        });
        Ok(Sweeper { stop: Some(stop), thread: Some(thread.map_err(Error::Thread)?) })
    }

    /// Fulfills what was recorded before `before` and never concluded; answers how many came to an end.
    ///
    /// One that fails does not keep the others waiting: it is logged, and tried again the next time. What was begun
    /// more than once may be what ended the process each time: it comes last, and alone.
    ///
    /// # Errors
    /// The database cannot be asked which ones there are.
    pub fn finish_unfinished(&self, before: Timestamp, now: Timestamp) -> Result<usize, Error> {
        let unfinished = self.records.store.unfinished(before)?;
        let (fresh, suspect): (Vec<Unfinished>, Vec<Unfinished>) =
            unfinished.into_iter().partition(|delivery| delivery.attempts <= 1);
        let groups = fresh.chunks(TOGETHER).chain(suspect.chunks(1));
        Ok(groups.map(|group| self.finish(group, now)).sum())
    }

    /// How many of them have come to an end.
    fn finish(&self, group: &[Unfinished], now: Timestamp) -> usize {
        let tried = group.iter().map(async |delivery| match self.try_to_finish(delivery.id, now).await {
            Ok(()) => 1,
            Err(error) => {
                let delivery = delivery.id;
                tracing::warn!(delivery, %error, "a delivery could not be finished; it is tried again");
                0
            }
        });
        pollster::block_on(join_all(tried)).into_iter().sum()
    }

    async fn try_to_finish(&self, id: i64, now: Timestamp) -> Result<(), Error> {
        let Some(delivery) = self.records.store.retry(id).await? else { return Ok(()) };
        tracing::debug!(delivery = id, attempt = delivery.attempt, "taken up again");
        let fulfilled = match self.fulfill_unfinished(&delivery, now).await {
            // However long the database is in trouble, it must not use up the delivery's attempts.
            Err(Error::Storage(trouble)) if trouble.is_transient() => {
                self.records.store.forgive(&delivery).await?;
                return Err(Error::Storage(trouble));
            }
            fulfilled => fulfilled?,
        };
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
fn sweep(
    fulfillment: &Weak<Fulfillment>,
    lead: &mut Option<Lead>,
    before: Timestamp,
    now: Timestamp,
) -> Option<()> {
    let fulfillment = fulfillment.upgrade()?;
    match fulfillment.sweep_as_leader(lead, before, now) {
        Ok(0) => {}
        Ok(finished) => {
            tracing::info!(finished, "deliveries that were recorded and not finished are finished")
        }
        Err(error) => tracing::warn!(%error, "the sweeper could not look for unfinished deliveries"),
    }
    Some(())
}

impl Fulfillment {
    /// Does nothing while another server has the lead.
    fn sweep_as_leader(
        &self,
        lead: &mut Option<Lead>,
        before: Timestamp,
        now: Timestamp,
    ) -> Result<usize, Error> {
        if !lead.as_mut().is_some_and(Lead::is_held) {
            *lead = self.records.store.lead(Duty::Sweep)?;
        }
        if lead.is_none() {
            return Ok(0);
        }
        let finished = self.finish_unfinished(before, now);
        if let Err(error) = self.review(now) {
            tracing::warn!(%error, "orders whose state changes by itself could not be looked at");
        }
        finished
    }
}
