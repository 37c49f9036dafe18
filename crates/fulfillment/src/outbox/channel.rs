//! A channel: one way of sending, with what waits for it and what is wrong with it.

use super::pace::{Pace, Prospect};
use super::trouble::{Extent, Trouble};
use mintmark_mail::{Mailer, Recourse};
use mintmark_storage::Letter;
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Letters that are claimed in one write where a crash among them does no harm.
const BATCH: i64 = 25;

/// One way of sending. Its workers take from its queue.
pub(super) struct Channel {
    pub(super) mailer: Box<dyn Mailer>,
    pub(super) trouble: Trouble,
    pub(super) pace: Pace,
    queue: Mutex<Queue>,
    /// Rung when there is something to send, and when it is time to stop.
    bell: Condvar,
}

#[derive(Default)]
struct Queue {
    ahead: VecDeque<Ahead>,
    is_due: bool,
    is_stopping: bool,
}

/// What a worker does next.
pub(super) enum Task {
    /// Send this letter.
    Ahead(Ahead),
    /// Send what is due.
    Due,
}

/// A letter that is sent ahead of its turn: a new one, or one that another channel could not send.
pub(super) struct Ahead {
    pub(super) letter: i64,
    /// Its attempts so far. If there were more meanwhile, somebody else is at it.
    pub(super) attempts: i64,
    /// Where somebody waits for its result.
    pub(super) reply: Option<oneshot::Sender<Letter>>,
}

impl Channel {
    pub(super) fn new(mailer: Box<dyn Mailer>) -> Self {
        let (trouble, pace) = (Trouble::default(), Pace::default());
        Self { mailer, trouble, pace, queue: Mutex::default(), bell: Condvar::new() }
    }

    pub(super) fn provider(&self) -> &'static str {
        self.mailer.provider()
    }

    /// How many due letters are claimed at once. Where a letter may not be sent twice it is one: if the process dies,
    /// no more letters are in doubt than were being sent.
    pub(super) fn batch(&self, extent: Extent) -> i64 {
        match (extent, self.mailer.recourse()) {
            (Extent::Any, Recourse::Repeat) => BATCH,
            (Extent::Any | Extent::Probe, _) => 1,
        }
    }

    /// Queues a new letter whose result is waited for so long; answers with the result to come, if there is hope.
    pub(super) fn send(&self, letter: i64, patience: Duration) -> Option<oneshot::AsyncReceiver<Letter>> {
        let mut queue = self.queue();
        let (reply, result) = match self.pace.prospect(queue.ahead.len(), patience) {
            Prospect::InTime => Some(oneshot::async_channel()).unzip(),
            Prospect::Soon => (None, None),
            Prospect::Backlogged => return None,
        };
        if queue.is_stopping {
            return None;
        }
        queue.ahead.push_back(Ahead { letter, attempts: 0, reply });
        self.bell.notify_one();
        result
    }

    /// Queues a letter that another channel could not send.
    pub(super) fn take_over(&self, ahead: Ahead) {
        self.queue().ahead.push_back(ahead);
        self.bell.notify_one();
    }

    /// Tells the workers that letters are due.
    pub(super) fn due(&self) {
        self.queue().is_due = true;
        self.bell.notify_all();
    }

    /// Notes that none is due any more, or that none can be sent.
    pub(super) fn none_due(&self) {
        self.queue().is_due = false;
    }

    /// Waits for something to do; `None` when it is time to stop.
    pub(super) fn next(&self) -> Option<Task> {
        let mut queue = self.queue();
        while !queue.is_stopping {
            // New letters first: their buyers wait in front of a screen, and a store for its answer.
            if let Some(ahead) = queue.ahead.pop_front() {
                return Some(Task::Ahead(ahead));
            }
            if queue.is_due {
                return Some(Task::Due);
            }
            queue = self.bell.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
        // Whoever waits for these is told now that they are not sent; they stay in the database.
        queue.ahead.clear();
        None
    }

    /// Lets the workers finish what they have in hand, and no more.
    pub(super) fn stop(&self) {
        self.queue().is_stopping = true;
        self.bell.notify_all();
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
