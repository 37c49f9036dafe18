//! The look into the database: which letters are due, whose claims have run out, how long the oldest one waits.

use super::step::Step;
use super::{Role, Shared};
use jiff::{SignedDuration, Timestamp};
use mintmark_storage::Result;
use std::time::{Duration, Instant};

/// How often it looks: for letters of other programs, and for those whose time has come.
const PAUSE: Duration = Duration::from_millis(500);
/// How often it looks for the oldest letter.
const ALARM_PAUSE: Duration = Duration::from_secs(30);
/// A buyer who has waited so long asks.
const TOO_LONG: SignedDuration = SignedDuration::from_mins(15);

/// What was seen and said before, so that each trouble is told once.
#[derive(Default)]
struct Told {
    step: Step,
    is_blind: bool,
    is_late: bool,
    last_alarm: Option<Instant>,
}

impl Shared {
    /// Looks from time to time.
    pub(super) fn watch(&self) {
        let mut told = Told::default();
        loop {
            match self.look(&mut told) {
                Ok(()) => told.is_blind = false,
                Err(error) if !told.is_blind => {
                    tracing::warn!(%error, "the outbox cannot look for letters; it tries again and again");
                    told.is_blind = true;
                }
                Err(_) => {}
            }
            if self.closing.wait(PAUSE) {
                return;
            }
        }
    }

    fn look(&self, told: &mut Told) -> Result<()> {
        let now = self.now();
        if let Some(back) = told.step.back(now, Instant::now()) {
            let letters = self.office.records.store.hasten_letters(back, now).wait()?;
            tracing::warn!(
                letters,
                seconds = back.as_secs(),
                "the clock was set back; letters go by the new time"
            );
        }
        self.take_over(now)?;
        for role in [Role::First, Role::Fallback] {
            let Some(channel) = self.channel(role) else { continue };
            let is_open = channel.trouble.admits(now);
            if is_open && self.office.records.store.is_letter_due(&self.share(role), now)? {
                channel.due();
            }
        }
        if told.last_alarm.is_none_or(|last| last.elapsed() >= ALARM_PAUSE) {
            told.last_alarm = Some(Instant::now());
            told.is_late = self.sound_alarm(now, told.is_late)?;
        }
        Ok(())
    }

    /// Takes letters from the dead. Looking costs no write, and most of the time there is nothing to take.
    fn take_over(&self, now: Timestamp) -> Result<()> {
        if !self.office.records.store.has_expired_claims()? {
            return Ok(());
        }
        // Whoever was asleep himself is not dead, and may be quicker here than his heartbeat.
        self.renew()?;
        let letters = self.office.records.store.expire_claims(now).wait()?;
        tracing::warn!(
            letters,
            "letters were in hands that gave no sign of life; whether they were sent is not known"
        );
        Ok(())
    }

    /// Once in an episode. Answers whether letters are late.
    pub(super) fn sound_alarm(&self, now: Timestamp, was_late: bool) -> Result<bool> {
        let oldest = self.office.records.store.oldest_waiting_letter()?;
        let waited = oldest.map_or(SignedDuration::ZERO, |queued_at| now.duration_since(queued_at));
        let is_late = waited > TOO_LONG;
        if is_late && !was_late {
            tracing::error!(
                minutes = waited.as_mins(),
                "letters are not getting out: the oldest has waited too long"
            );
        }
        if was_late && !is_late {
            tracing::info!("letters are getting out again");
        }
        Ok(is_late)
    }
}
