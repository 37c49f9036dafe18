//! The verifier: asks the stores beside a server, as soon as something waits for their word.

use crate::outbox::Clock;
use crate::{Error, Fulfilled, Fulfillment};
use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

/// How often it looks for what another server has left behind, and for what is due again.
const PAUSE: Duration = Duration::from_secs(5);

/// At two questions a second nobody behind so many others is answered in time.
const MOST_WAITING: usize = 5;

/// The running verifier; dropping it stops it.
#[derive(Debug)]
pub struct Verifier {
    fulfillment: Weak<Fulfillment>,
    inquiries: Arc<Inquiries>,
    thread: Option<JoinHandle<()>>,
}

/// Who waits for the answer to which delivery.
#[derive(Debug, Default)]
pub(crate) struct Inquiries {
    state: Mutex<State>,
    bell: Condvar,
}

#[derive(Debug, Default)]
struct State {
    waiting: HashMap<i64, oneshot::Sender<Fulfilled>>,
    is_running: bool,
    has_rung: bool,
}

impl Fulfillment {
    /// Asks the stores whose records can be asked about the deliveries that wait for it. Any number of servers share
    /// them. Without any token there is nothing to do.
    ///
    /// # Errors
    /// No thread is to be had.
    pub fn start_verifier(self: &Arc<Self>, clock: Clock) -> Result<Verifier, Error> {
        let inquiries = Arc::clone(&self.inquiries);
        let mut verifier = Verifier { fulfillment: Arc::downgrade(self), inquiries, thread: None };
        if self.sources_with_books().is_empty() {
            return Ok(verifier);
        }
        self.inquiries.state().is_running = true;
        let (fulfillment, inquiries) = (Arc::downgrade(self), Arc::clone(&self.inquiries));
        let work = move || {
            while inquiries.wait() {
                let Some(fulfillment) = fulfillment.upgrade() else { return };
                if let Err(error) = fulfillment.verify_due(clock()) {
                    tracing::warn!(%error, "deliveries wait to be verified; they will be");
                }
            }
        };
        let thread = std::thread::Builder::new().name("verifier".to_owned()).spawn(work);
        verifier.thread = Some(thread.map_err(Error::Thread)?);
        Ok(verifier)
    }

    /// What becomes of a delivery that waits for the store's word; `None` where nobody asks, or too many wait already.
    pub fn verified(&self, delivery: i64) -> Option<oneshot::Receiver<Fulfilled>> {
        self.inquiries.ask(delivery)
    }
}

impl Inquiries {
    /// The answer goes to whoever waits for it; it comes back if nobody does.
    pub(super) fn answer(&self, delivery: i64, fulfilled: Fulfilled) -> Option<Fulfilled> {
        match self.state().waiting.remove(&delivery) {
            Some(waiting) => waiting.send(fulfilled).err().map(oneshot::SendError::into_inner),
            None => Some(fulfilled),
        }
    }

    fn ask(&self, delivery: i64) -> Option<oneshot::Receiver<Fulfilled>> {
        let (sender, receiver) = oneshot::channel();
        let mut state = self.state();
        if !state.is_running {
            return None;
        }
        // Whoever gave up waiting is forgotten.
        state.waiting.retain(|_, waiting| !waiting.is_closed());
        state.has_rung = true;
        self.bell.notify_all();
        if state.waiting.len() >= MOST_WAITING {
            return None;
        }
        state.waiting.insert(delivery, sender);
        Some(receiver)
    }

    /// Until somebody asks, or some time has passed; false once it is over.
    fn wait(&self) -> bool {
        let state = self.state();
        let is_idle = |state: &mut State| state.is_running && !state.has_rung;
        let waited = self.bell.wait_timeout_while(state, PAUSE, is_idle);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner).0;
        state.has_rung = false;
        state.is_running
    }

    fn stop(&self) {
        let mut state = self.state();
        state.is_running = false;
        state.waiting.clear();
        self.bell.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Verifier {
    fn drop(&mut self) {
        self.inquiries.stop();
        // Whoever waits for a turn to ask is woken.
        if let Some(fulfillment) = self.fulfillment.upgrade().filter(|_| self.thread.is_some()) {
            fulfillment.records.sources.close();
        }
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the verifier ended with a panic");
        }
    }
}
