//! A letter as its table holds it.

use super::withheld::WITHHELD;
use super::{Doubt, Letter};
use crate::{Error, LetterKind, LetterState, Result, time};

/// The columns of the letter, and the id of its license.
pub(crate) type Joined = (Row, String);

#[derive(diesel::Queryable)]
pub(crate) struct Row {
    pub(super) id: i64,
    pub(super) license_number: i64,
    kind: String,
    resend_number: i64,
    pub(super) mail_uid: String,
    pub(super) template: String,
    pub(super) download: Option<String>,
    pub(super) recipient: String,
    state: String,
    pub(super) replaced: bool,
    attempts: i64,
    queued_at: i64,
    pub(super) due_at: Option<i64>,
    _claim_id: Option<String>,
    _leased_until: Option<i64>,
    provider: Option<String>,
    channel: Option<String>,
    doubtful_since: Option<i64>,
    asked: i64,
    doubts: i64,
    pub(super) message_id: Option<String>,
    failure_class: Option<String>,
    error: Option<String>,
    created_at: i64,
    sent_at: Option<i64>,
    pub(super) enclosed_in: Option<i64>,
}

impl Row {
    pub(crate) fn into_letter(self, license_id: String) -> Result<Letter> {
        let (state, kind) = (self.state()?, self.kind()?);
        let doubtful_since = time::from_optional_column(self.doubtful_since)?;
        Ok(Letter {
            id: self.id,
            license_id,
            kind,
            resend_number: self.resend_number,
            mail_uid: self.mail_uid,
            template: self.template,
            download: self.download,
            recipient: self.recipient,
            state,
            attempts: self.attempts,
            queued_at: time::from_column(self.queued_at)?,
            due_at: time::from_optional_column(self.due_at)?,
            provider: self.provider,
            channel: self.channel,
            doubt: doubtful_since.map(|since| Doubt { since, asked: self.asked }),
            doubts: self.doubts,
            message_id: self.message_id,
            failure_class: self.failure_class,
            error: self.error,
            created_at: time::from_column(self.created_at)?,
            sent_at: time::from_optional_column(self.sent_at)?,
            enclosed_in: self.enclosed_in,
        })
    }

    pub(super) fn state(&self) -> Result<LetterState> {
        LetterState::from_word(&self.state)
            .ok_or_else(|| Error::Corrupt(format!("letter state {}", self.state)))
    }

    pub(super) fn kind(&self) -> Result<LetterKind> {
        LetterKind::from_word(&self.kind).ok_or_else(|| Error::Corrupt(format!("letter kind {}", self.kind)))
    }

    /// Whether it waits for a sending, or for a person who queues it again.
    pub(super) fn waits(&self) -> Result<bool> {
        Ok(matches!(self.state()?, LetterState::Queued | LetterState::Failed))
    }

    /// Whether it is queued and was certainly never sent.
    pub(super) fn has_not_left(&self) -> Result<bool> {
        Ok(self.state()? == LetterState::Queued && !self.may_have_left()?)
    }

    /// Whether the buyer may have had it.
    pub(super) fn may_have_left(&self) -> Result<bool> {
        Ok(match self.state()? {
            LetterState::Sending | LetterState::Accepted | LetterState::Delivered | LetterState::Logged => {
                true
            }
            LetterState::Queued | LetterState::Failed | LetterState::Held => {
                self.doubtful_since.is_some() || self.failure_class.as_deref() == Some("unknown")
            }
            LetterState::Bounced => false,
        })
    }

    /// Whether it is held back with its license.
    pub(super) fn is_withheld(&self) -> bool {
        self.state == LetterState::Held.as_str() && self.failure_class.as_deref() == Some(WITHHELD)
    }
}
