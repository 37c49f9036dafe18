//! The first letter of a license, in the transaction that writes the license.

use super::{Letter, NewLetter};
use crate::connection::columns::{maybe_numbers, maybe_texts, texts};
use crate::schema::letters;
use crate::{LetterKind, LetterState, time};
use diesel::pg::Pg;
use diesel::query_builder::QueryFragment;
use diesel::{ExpressionMethods, QueryResult, RunQueryDsl, SqliteConnection};
use jiff::Timestamp;

impl NewLetter {
    pub(crate) fn state(&self) -> LetterState {
        if self.unmailable.is_some() { LetterState::Held } else { LetterState::Queued }
    }

    /// When a worker may take it; a letter that is held is never due.
    pub(crate) fn due_at(&self) -> Option<i64> {
        (self.state() == LetterState::Queued).then(|| time::to_column(self.not_before))
    }

    /// The letter as it is on record before its first sending.
    pub(crate) fn on_record(self, id: i64, license_id: String, now: Timestamp) -> Letter {
        let due_at = (self.state() == LetterState::Queued).then_some(self.not_before);
        Letter {
            id,
            license_id,
            kind: LetterKind::License,
            resend_number: 0,
            state: self.state(),
            mail_uid: self.mail_uid,
            template: self.template,
            download: self.download,
            recipient: self.recipient,
            attempts: 0,
            queued_at: now,
            due_at,
            provider: None,
            channel: None,
            doubt: None,
            doubts: 0,
            message_id: None,
            failure_class: None,
            error: self.unmailable,
            created_at: now,
            sent_at: None,
            enclosed_in: None,
        }
    }
}

/// On SQLite.
pub(crate) fn insert(
    connection: &mut SqliteConnection,
    license: i64,
    new: &NewLetter,
    now: Timestamp,
) -> QueryResult<i64> {
    diesel::insert_into(letters::table)
        .values((
            letters::license_number.eq(license),
            letters::kind.eq(LetterKind::License.as_str()),
            letters::resend_number.eq(0),
            letters::mail_uid.eq(&new.mail_uid),
            letters::template.eq(&new.template),
            letters::download.eq(&new.download),
            letters::recipient.eq(&new.recipient),
            letters::state.eq(new.state().as_str()),
            letters::replaced.eq(false),
            letters::attempts.eq(0),
            letters::queued_at.eq(time::to_column(now)),
            letters::due_at.eq(new.due_at()),
            letters::error.eq(&new.unmailable),
            letters::created_at.eq(time::to_column(now)),
        ))
        .returning(letters::id)
        .get_result(connection)
}

/// On PostgreSQL, the seven columns that a new letter brings: `mail_uid, template, download, recipient, state, due_at,
/// unmailable`.
pub(crate) fn columns<'a>(letters: &[&'a NewLetter]) -> impl QueryFragment<Pg> + 'a {
    (
        texts(letters, |letter| &letter.mail_uid),
        texts(letters, |letter| &letter.template),
        maybe_texts(letters, |letter| letter.download.as_deref()),
        texts(letters, |letter| &letter.recipient),
        texts(letters, |letter| letter.state().as_str()),
        maybe_numbers(letters, NewLetter::due_at),
        maybe_texts(letters, |letter| letter.unmailable.as_deref()),
    )
}
