//! One sending: claim the letter and count the attempt, render, send, write down how it ended.

use super::{Shared, schedule};
use jiff::{SignedDuration, Timestamp};
use mintmark_mail::{Address, FailureClass, LicenseLetter, Mode, Receipt, SendError};
use mintmark_storage::{Claim, ClaimedLetter, Letter, LetterResult, LetterState, Result, crash_point};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Longer than any sending takes; after that the worker is taken for dead.
const LEASE: SignedDuration = SignedDuration::from_secs(120);

impl Shared {
    /// Sends a letter right after the transaction that wrote it.
    pub(super) fn send_new(&self, letter: i64, reply: oneshot::Sender<Letter>) {
        let claim = self.claim();
        let claimed = self.office.records.store.claim_new_letter(letter, claim.clone()).wait();
        if let Some(letter) = self.send_claimed(letter, claim, claimed) {
            // Whoever waited may have answered the store meanwhile.
            drop(reply.send(letter));
        }
    }

    /// Sends a letter whose time has come.
    pub(super) fn send_due(&self, letter: i64) {
        let claim = self.claim();
        let claimed = self.office.records.store.claim_letter(letter, claim.clone(), self.now()).wait();
        self.send_claimed(letter, claim, claimed);
    }

    fn claim(&self) -> Claim {
        let now = self.now();
        Claim { id: uuid::Uuid::new_v4().to_string(), leased_until: now.saturating_add(LEASE).unwrap_or(now) }
    }

    fn send_claimed(&self, id: i64, claim: Claim, claimed: Result<Option<ClaimedLetter>>) -> Option<Letter> {
        let claimed = claimed.unwrap_or_else(|error| {
            tracing::warn!(letter = id, %error, "a letter could not be claimed; it stays queued");
            None
        })?;
        crash_point("before-send");
        let result = self.send(&claimed);
        crash_point("after-send");
        let finished = self.office.records.store.finish_letter(id, claim.id, result, self.now()).wait();
        crash_point("after-finish");
        finished.unwrap_or_else(|error| {
            tracing::error!(letter = id, %error, "a letter's result could not be written down; it may be sent again");
            None
        })
    }

    fn send(&self, claimed: &ClaimedLetter) -> LetterResult {
        let sent = catch_unwind(AssertUnwindSafe(|| self.render_and_send(claimed))).unwrap_or_else(|_| {
            Err(SendError {
                class: FailureClass::Content,
                code: None,
                message: "sending it panicked".to_owned(),
            })
        });
        let now = self.now();
        match sent {
            Ok(receipt) => self.sent(&claimed.letter, receipt, now),
            Err(error) => self.failed(&claimed.letter, &error, now),
        }
    }

    fn render_and_send(&self, claimed: &ClaimedLetter) -> std::result::Result<Receipt, SendError> {
        let refused = |class, message: String| SendError { class, code: None, message };
        let to = Address::parse(&claimed.letter.recipient)
            .map_err(|error| refused(FailureClass::Recipient, error.to_string()))?;
        let content = self
            .office
            .templates
            .render(&claimed.letter.template, &self.words(claimed))
            .map_err(|error| refused(FailureClass::Content, error.to_string()))?;
        let letter = &claimed.letter;
        self.office.mailer.send(&mintmark_mail::Letter {
            uid: letter.mail_uid.clone(),
            id: letter.id,
            to,
            content,
        })
    }

    fn words(&self, claimed: &ClaimedLetter) -> LicenseLetter {
        let terms = &claimed.license.terms;
        let day = |time: Timestamp| time.strftime("%B %-d, %Y").to_string();
        LicenseLetter {
            product_name: terms.product_name.clone(),
            tier: terms.tier.clone(),
            license_key: terms.key.clone(),
            blob: terms.blob.clone(),
            name: terms.name.clone(),
            email: terms.email.clone(),
            seats: u32::try_from(terms.seats).ok(),
            expires_at: terms.expires_at.map(day),
            updates_until: terms.updates_until.map(day),
            download: claimed.letter.download.clone(),
            order_id: terms.source_order_id.clone(),
            mode: if terms.mode == "test" { Mode::Test } else { Mode::Live },
            seller: self.office.seller.clone(),
        }
    }

    fn sent(&self, letter: &Letter, receipt: Receipt, now: Timestamp) -> LetterResult {
        self.channel.succeeded();
        let (state, message_id) = match receipt {
            Receipt::Accepted { message_id } => (LetterState::Accepted, message_id),
            Receipt::Logged => (LetterState::Logged, None),
        };
        tracing::info!(letter = letter.id, provider = self.office.mailer.provider(), %state, "letter sent");
        LetterResult {
            state,
            provider: self.office.mailer.provider().to_owned(),
            message_id,
            failure_class: None,
            error: None,
            next_at: now,
            attempts: letter.attempts,
        }
    }

    fn failed(&self, letter: &Letter, error: &SendError, now: Timestamp) -> LetterResult {
        let paused = self.channel.failed(error.class, now);
        let (next, attempts) = self.next(letter, error.class, paused, now);
        tracing::warn!(
            letter = letter.id,
            provider = self.office.mailer.provider(),
            class = %error.class,
            code = error.code.as_deref(),
            error = %error.message,
            next = next.map(tracing::field::display),
            "letter not sent"
        );
        LetterResult {
            state: if next.is_some() { LetterState::Queued } else { LetterState::Failed },
            provider: self.office.mailer.provider().to_owned(),
            message_id: None,
            failure_class: Some(error.class.as_str().to_owned()),
            error: Some(error.message.clone()),
            next_at: next.unwrap_or(now),
            attempts,
        }
    }

    /// When to try again, if at all, and how many attempts count. The provider's own trouble consumes none.
    fn next(
        &self,
        letter: &Letter,
        class: FailureClass,
        paused: Option<Timestamp>,
        now: Timestamp,
    ) -> (Option<Timestamp>, i64) {
        let Letter { attempts, mail_uid, queued_at, .. } = letter;
        match class {
            FailureClass::Throttle | FailureClass::Configuration => {
                (Some(paused.unwrap_or(now)), attempts - 1)
            }
            FailureClass::Transient => {
                let next = schedule::next(*attempts, mail_uid, *queued_at, now);
                (next.map(|next| paused.map_or(next, |paused| next.max(paused))), *attempts)
            }
            FailureClass::Unknown => {
                (schedule::next_after_unknown(*attempts, mail_uid, *queued_at, now), *attempts)
            }
            FailureClass::Recipient | FailureClass::Content | FailureClass::Policy => (None, *attempts),
        }
    }
}
