//! The outbox: workers that send what is queued, and tell whoever waits for a letter's first result.
//!
//! Any number of servers share the letters. Who sends one holds a claim on it, which is renewed for as long as it
//! takes; a claim that runs out leaves the letter in doubt, and whoever is next finds out before sending it again.

mod channel;
mod claims;
mod closing;
mod doubt;
mod end;
mod pace;
mod render;
mod schedule;
mod send;
mod step;
#[cfg(test)]
mod tests;
mod trouble;
mod watch;
mod worker;

use crate::meter::Meter;
use crate::{Error, records::Records};
use channel::Channel;
use claims::Claims;
pub(crate) use claims::Term;
use closing::Closing;
use jiff::Timestamp;
use mintmark_mail::{Channels, Templates};
use mintmark_storage::{Letter, Share};
pub(crate) use render::words;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// Letters that are sent at once by each channel. Providers are spoken to over two connections at most.
const WORKERS: usize = 2;

/// Whatever panicked may do so again at once.
const PAUSE_AFTER_PANIC: Duration = Duration::from_millis(200);

/// Reads the time: the outbox works by itself, so `main` hands it a clock.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The running outbox.
pub struct Outbox {
    shared: Arc<Shared>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

/// What the outbox works with.
pub(crate) struct Office {
    pub(crate) records: Records,
    pub(crate) templates: Arc<Templates>,
    /// The sender's name, with which letters are signed.
    pub(crate) seller: Option<String>,
    /// How long an answer waits for the first result of its letter.
    pub(crate) patience: Duration,
    pub(crate) clock: Clock,
    pub(crate) meter: Arc<Meter>,
    pub(crate) term: Term,
}

struct Shared {
    office: Office,
    first: Channel,
    fallback: Option<Channel>,
    claims: Claims,
    closing: Closing,
}

/// Which of the channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// The one that every letter goes to first.
    First,
    /// The one that takes over.
    Fallback,
}

impl Outbox {
    pub(crate) fn start(office: Office, channels: Channels) -> Result<Self, Error> {
        let shared = Arc::new(Shared {
            first: Channel::new(channels.first),
            fallback: channels.fallback.map(Channel::new),
            claims: Claims::new(office.term),
            office,
            closing: Closing::default(),
        });
        let outbox = Self { shared, threads: Mutex::default() };
        outbox.spawn("outbox-watch", Shared::watch)?;
        outbox.spawn("outbox-claims", Shared::beat)?;
        for worker in 0..WORKERS {
            outbox.spawn(&format!("outbox-{worker}"), move |shared| shared.work(Role::First, worker))?;
            if outbox.shared.fallback.is_some() {
                let name = format!("outbox-fallback-{worker}");
                outbox.spawn(&name, move |shared| shared.work(Role::Fallback, worker))?;
            }
        }
        Ok(outbox)
    }

    /// Sends a letter that this process has just written; answers with it once its first sending has ended, or with
    /// nothing if the outbox stops or is paused before. `None` if that cannot be soon: the provider is in trouble or
    /// does not answer, or too many letters are in front.
    pub fn send_now(&self, letter: i64) -> Option<oneshot::AsyncReceiver<Letter>> {
        self.shared.channel_for_new_letters()?.send(letter, self.shared.office.patience)
    }

    /// Finishes what is being sent; the rest stays queued in the database.
    pub fn stop(&self) {
        self.shared.closing.begin();
        self.shared.first.stop();
        self.shared.fallback.iter().for_each(Channel::stop);
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            if thread.join().is_err() {
                tracing::error!("a thread of the outbox ended with a panic");
            }
        }
    }

    fn spawn(&self, name: &str, work: impl Fn(&Shared) + Send + 'static) -> Result<(), Error> {
        let shared = Arc::clone(&self.shared);
        let thread = std::thread::Builder::new().name(name.to_owned());
        let thread = thread.spawn(move || shared.survive(work)).map_err(Error::Thread)?;
        self.threads.lock().unwrap_or_else(PoisonError::into_inner).push(thread);
        Ok(())
    }
}

impl Drop for Outbox {
    fn drop(&mut self) {
        self.stop();
    }
}

impl std::fmt::Debug for Outbox {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Shared { first, fallback, .. } = &*self.shared;
        let mut shown = formatter.debug_struct("Outbox");
        shown.field("first", &first.mailer).field("fallback", &fallback.as_ref().map(|it| &it.mailer));
        shown.finish_non_exhaustive()
    }
}

impl Shared {
    fn now(&self) -> Timestamp {
        (self.office.clock)()
    }

    /// Begins again after a panic, because a thread that is gone is missed by every letter. What it had in hand comes
    /// back when its claim has run out, in doubt.
    fn survive(&self, work: impl Fn(&Self)) {
        while catch_unwind(AssertUnwindSafe(|| work(self))).is_err() {
            if self.closing.wait(PAUSE_AFTER_PANIC) {
                return;
            }
        }
    }

    fn channel(&self, role: Role) -> Option<&Channel> {
        match role {
            Role::First => Some(&self.first),
            Role::Fallback => self.fallback.as_ref(),
        }
    }

    fn channel_for_new_letters(&self) -> Option<&Channel> {
        if self.first.trouble.admits(self.now()) {
            return Some(&self.first);
        }
        self.fallback_of(Role::First).filter(|_| self.first.trouble.is_diverting())
    }

    /// The channel that takes over from this one, if it is in order itself.
    fn fallback_of(&self, role: Role) -> Option<&Channel> {
        let fallback = self.fallback.as_ref().filter(|_| role == Role::First)?;
        fallback.trouble.admits(self.now()).then_some(fallback)
    }

    /// The letters that a channel may take when they are due.
    fn share(&self, role: Role) -> Share {
        let Some(fallback) = self.fallback.as_ref().map(|fallback| fallback.provider().to_owned()) else {
            return Share::All;
        };
        match role {
            Role::First => Share::AllBut(fallback),
            Role::Fallback if self.first.trouble.is_diverting() => Share::OnlyAndAnybodys(fallback),
            Role::Fallback => Share::Only(fallback),
        }
    }
}
