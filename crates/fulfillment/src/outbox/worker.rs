//! What a worker does: claim, send, write down how it ended, tell whoever waits.

use super::channel::{Ahead, Task};
use super::claims::Held;
use super::end::{End, Then};
use super::send::Desk;
use super::{Role, Shared};
use mintmark_storage::{ClaimedLetter, Finish, Letter, Result, crash_point};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

/// Between two tries to write down how a sending ended.
const FINISH_PAUSE: Duration = Duration::from_secs(1);
/// As often as that; then the claim is left to run out.
const FINISH_TRIES: u32 = 30;

type Reply = Option<oneshot::Sender<Letter>>;

impl Shared {
    /// Until it is time to stop.
    pub(super) fn work(&self, role: Role, worker: usize) {
        let Some(channel) = self.channel(role) else { return };
        while let Some(task) = channel.next() {
            let admission = channel.trouble.admit(self.now());
            let desk = admission.as_ref().map(|admission| Desk { shared: self, role, channel, admission });
            match (desk, task) {
                (Some(desk), task) => desk.serve(worker, task),
                (None, Task::Ahead(ahead)) if channel.trouble.is_diverting() => self.hand_on(role, ahead),
                // It stays in the database, and its turn comes. Whoever waits for it is told so.
                (None, Task::Ahead(ahead)) => drop(ahead),
                (None, Task::Due) => channel.none_due(),
            }
        }
    }

    /// Hands a letter to the channel that takes over, if there is one in order. Otherwise it waits in the database.
    fn hand_on(&self, role: Role, ahead: Ahead) {
        if let Some(fallback) = self.fallback_of(role) {
            fallback.take_over(ahead);
        }
    }

    /// What was sent must not be forgotten because the database is in trouble for a moment.
    fn finish(&self, finished: &[Finish]) -> Vec<Option<Letter>> {
        for tries in 1..=FINISH_TRIES {
            match self.office.records.store.finish_letters(finished.to_vec(), self.now()).wait() {
                Ok(letters) => return letters,
                Err(error) => {
                    tracing::error!(%error, tries, "the end of a sending could not be written down")
                }
            }
            if self.closing.wait(FINISH_PAUSE) {
                break;
            }
        }
        Vec::new()
    }
}

impl Desk<'_> {
    /// A panic costs the claim, which runs out, and not the worker.
    fn serve(self, worker: usize, task: Task) {
        let served = catch_unwind(AssertUnwindSafe(|| match task {
            Task::Ahead(ahead) => self.send_ahead(worker, ahead),
            Task::Due => self.send_due(worker),
        }));
        if served.is_err() {
            tracing::error!("a worker of the outbox panicked; what it had in hand is taken over");
        }
    }

    /// Sends one letter ahead of its turn.
    fn send_ahead(self, worker: usize, ahead: Ahead) {
        let mut work = self.channel.pace.begin(worker);
        let (claim, held) = self.shared.claims.draw(self.channel.provider());
        let store = &self.shared.office.records.store;
        let claimed = or_none(store.claim_letter(ahead.letter, ahead.attempts, claim).wait()).flatten();
        let claimed: Vec<_> = claimed.into_iter().collect();
        work.on(claimed.len());
        self.send_claimed(&held, &claimed, ahead.reply);
    }

    /// Sends letters whose time has come.
    fn send_due(self, worker: usize) {
        let mut work = self.channel.pace.begin(worker);
        let (claim, held) = self.shared.claims.draw(self.channel.provider());
        let (store, now) = (&self.shared.office.records.store, self.shared.now());
        let limit = self.channel.batch(self.admission.extent());
        let claimed = store.claim_letters(self.shared.share(self.role), claim, now, limit).wait();
        let claimed = or_none(claimed).unwrap_or_default();
        if i64::try_from(claimed.len()).is_ok_and(|count| count < limit) {
            self.channel.none_due();
        }
        work.on(claimed.len());
        self.send_claimed(&held, &claimed, None);
    }

    fn send_claimed(self, held: &Held<'_>, claimed: &[ClaimedLetter], mut reply: Reply) {
        if claimed.is_empty() {
            return;
        }
        crash_point("after-claim");
        let ends = self.send(claimed);
        crash_point("after-send");
        let finish = |(claimed, end): (&ClaimedLetter, &End)| Finish {
            letter: claimed.letter.id,
            claim: held.id.clone(),
            result: end.result.clone(),
        };
        let finished: Vec<Finish> = claimed.iter().zip(&ends).map(finish).collect();
        let letters = self.shared.finish(&finished);
        crash_point("after-finish");
        for (letter, end) in letters.into_iter().zip(ends) {
            self.follow_up(letter, end.then, reply.take());
        }
    }

    fn follow_up(self, letter: Option<Letter>, then: Then, reply: Reply) {
        match (letter, then) {
            (Some(Letter { id, attempts, .. }), Then::Elsewhere) => {
                self.shared.hand_on(self.role, Ahead { letter: id, attempts, reply });
            }
            // Whoever waited may have answered the store meanwhile.
            (Some(letter), Then::Nothing) => drop(reply.map(|reply| reply.send(letter))),
            (None, _) => tracing::warn!("a letter was taken over by another server while it was being sent"),
        }
    }
}

fn or_none<T>(claimed: Result<T>) -> Option<T> {
    claimed.map_err(|error| tracing::warn!(%error, "letters could not be claimed; they stay queued")).ok()
}
