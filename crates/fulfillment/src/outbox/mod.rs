//! The outbox: workers that send what is queued, and tell whoever waits for a letter's first result.

mod channel;
mod schedule;
mod send;

use crate::{Error, records::Records};
use channel::Channel;
use jiff::Timestamp;
use mintmark_mail::{Mailer, Templates};
use mintmark_storage::Letter;
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// Letters that are sent at once. Providers are spoken to over two connections at most.
const WORKERS: usize = 2;
/// How often the database is asked for letters that are due: other programs' ones, and those to be tried again.
const POLL: Duration = Duration::from_millis(500);
/// Due letters taken in one look.
const POLL_LIMIT: i64 = 50;
/// With more new letters than this in front of it, a letter has no chance within any answer's time.
const BACKLOG: usize = 100;

/// Reads the time: the outbox works by itself, so `main` hands it a clock.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The running outbox.
pub struct Outbox {
    shared: Arc<Shared>,
    workers: Mutex<Vec<JoinHandle<()>>>,
}

/// What the outbox works with.
pub(crate) struct Office {
    pub(crate) records: Records,
    pub(crate) mailer: Box<dyn Mailer>,
    pub(crate) templates: Arc<Templates>,
    /// The sender's name, with which letters are signed.
    pub(crate) seller: Option<String>,
    pub(crate) clock: Clock,
}

struct Shared {
    office: Office,
    channel: Channel,
    queue: Mutex<Queue>,
    /// Rung for the workers when there is something to send, and when it is time to stop.
    bell: Condvar,
    /// Rung when it is time to stop, for whoever looks for letters: it must not take a worker's ring.
    closing: Condvar,
}

#[derive(Default)]
struct Queue {
    new: VecDeque<Task>,
    due: VecDeque<i64>,
    stopping: bool,
}

/// A letter to be sent, by its number.
enum Task {
    /// It was just written, and somebody waits for its first result.
    New(i64, oneshot::Sender<Letter>),
    /// Its time has come.
    Due(i64),
}

impl Outbox {
    pub(crate) fn start(office: Office) -> Result<Self, Error> {
        let shared = Arc::new(Shared {
            office,
            channel: Channel::default(),
            queue: Mutex::default(),
            bell: Condvar::new(),
            closing: Condvar::new(),
        });
        let mut workers = Vec::new();
        for number in 0..WORKERS {
            workers.push(spawn(&format!("outbox-{number}"), &shared, Shared::work)?);
        }
        workers.push(spawn("outbox-poll", &shared, Shared::poll)?);
        Ok(Self { shared, workers: Mutex::new(workers) })
    }

    /// Sends a letter that this process has just written; answers with it once its first sending has ended, or with
    /// nothing if the outbox stops or the channel is paused before. `None` if it cannot be soon: the channel is
    /// paused, or too many letters are in front.
    pub fn send_now(&self, letter: i64) -> Option<oneshot::AsyncReceiver<Letter>> {
        if self.shared.is_paused() {
            return None;
        }
        let (reply, result) = oneshot::async_channel();
        let mut queue = self.shared.queue();
        if queue.stopping || queue.new.len() >= BACKLOG {
            return None;
        }
        queue.new.push_back(Task::New(letter, reply));
        drop(queue);
        self.shared.bell.notify_one();
        Some(result)
    }

    /// Finishes what is being sent; the rest stays queued in the database.
    pub fn stop(&self) {
        self.shared.queue().stopping = true;
        self.shared.bell.notify_all();
        self.shared.closing.notify_all();
        let workers = std::mem::take(&mut *self.workers.lock().unwrap_or_else(PoisonError::into_inner));
        for worker in workers {
            if worker.join().is_err() {
                tracing::error!("a worker of the outbox ended with a panic");
            }
        }
    }
}

impl Drop for Outbox {
    fn drop(&mut self) {
        self.stop();
    }
}

impl std::fmt::Debug for Outbox {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Outbox").field("mailer", &self.shared.office.mailer).finish_non_exhaustive()
    }
}

fn spawn(name: &str, shared: &Arc<Shared>, work: fn(&Shared)) -> Result<JoinHandle<()>, Error> {
    let shared = Arc::clone(shared);
    let thread = std::thread::Builder::new().name(name.to_owned());
    thread.spawn(move || work(&shared)).map_err(Error::Thread)
}

impl Shared {
    fn now(&self) -> Timestamp {
        (self.office.clock)()
    }

    /// Whether the provider is in trouble of its own: then no letter is spent on it.
    fn is_paused(&self) -> bool {
        self.channel.paused_until(self.now()).is_some()
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self) {
        while let Some(task) = self.next_task() {
            // Whatever was taken stays in the database, and its time comes again.
            if self.is_paused() {
                continue;
            }
            match task {
                Task::New(letter, reply) => self.send_new(letter, reply),
                Task::Due(letter) => self.send_due(letter),
            }
        }
    }

    /// Waits for something to send; `None` when it is time to stop.
    fn next_task(&self) -> Option<Task> {
        let mut queue = self.queue();
        while !queue.stopping {
            // New letters first: their buyers wait in front of a screen, and a store for its answer.
            let next = queue.new.pop_front().or_else(|| queue.due.pop_front().map(Task::Due));
            if next.is_some() {
                return next;
            }
            queue = self.bell.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
        None
    }

    fn poll(&self) {
        let mut queue = self.queue();
        while !queue.stopping {
            if queue.due.is_empty() {
                drop(queue);
                let due = self.look();
                queue = self.queue();
                queue.due.extend(due);
                self.bell.notify_all();
            }
            let waited = self.closing.wait_timeout(queue, POLL);
            queue = waited.map_or_else(|poisoned| poisoned.into_inner().0, |(queue, _)| queue);
        }
    }

    fn look(&self) -> Vec<i64> {
        if self.is_paused() {
            return Vec::new();
        }
        self.office.records.store.due_letters(self.now(), POLL_LIMIT).unwrap_or_else(|error| {
            tracing::warn!(%error, "the outbox could not look for letters");
            Vec::new()
        })
    }
}
