//! A letter as its table holds it.

use super::{Doubt, Letter};
use crate::{Error, LetterState, Result, time};

/// The columns of the letter, and the id of its license.
pub(crate) type Joined = (Row, String);

#[derive(diesel::Queryable)]
pub(crate) struct Row {
    id: i64,
    _license_number: i64,
    _kind: String,
    resend_number: i64,
    mail_uid: String,
    template: String,
    download: Option<String>,
    recipient: String,
    state: String,
    _replaced: bool,
    attempts: i64,
    queued_at: i64,
    due_at: Option<i64>,
    _claim_id: Option<String>,
    _leased_until: Option<i64>,
    provider: Option<String>,
    channel: Option<String>,
    doubtful_since: Option<i64>,
    asked: i64,
    doubts: i64,
    message_id: Option<String>,
    failure_class: Option<String>,
    error: Option<String>,
    created_at: i64,
    sent_at: Option<i64>,
}

impl Row {
    pub(crate) fn into_letter(self, license_id: String) -> Result<Letter> {
        let state = LetterState::from_word(&self.state);
        let doubtful_since = time::from_optional_column(self.doubtful_since)?;
        Ok(Letter {
            id: self.id,
            license_id,
            resend_number: self.resend_number,
            mail_uid: self.mail_uid,
            template: self.template,
            download: self.download,
            recipient: self.recipient,
            state: state.ok_or(Error::Corrupt(format!("letter state {}", self.state)))?,
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
        })
    }
}
