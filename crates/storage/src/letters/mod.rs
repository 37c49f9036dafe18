//! The outbox: letters from the transaction of their license to the provider's answer.

mod add;
mod by_hand;
mod claims;
mod clock;
mod enclosures;
pub(crate) mod first;
mod in_hand;
mod list;
mod queue;
mod reports;
mod results;
mod row;
mod suppressions;
#[cfg(test)]
mod tests;
mod withheld;

pub use by_hand::{Handled, Obstacle};
pub use claims::{Claim, ClaimedLetter, Enclosed, Share};
pub use list::{LetterFilter, LetterRow};
pub use reports::{LetterReport, Reported};
pub use results::{Finish, LetterResult};

pub(crate) use {
    add::add,
    reports::apply,
    withheld::{release, withhold},
};

use crate::connection::AnyConnection;
use crate::schema::{letters, licenses};
use crate::{LetterKind, LetterState, Result, Store, time};
use diesel::dsl::min;
use diesel::sql_types::Text;
use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use jiff::Timestamp;
use row::Joined;

pub(crate) use row::Row;

/// A letter that is about to be written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLetter {
    /// What it is about. The first letter of a license brings it.
    pub kind: LetterKind,
    /// Names the letter to providers and in its Message-ID, the same on every sending.
    pub mail_uid: String,
    /// The template it is rendered with.
    pub template: String,
    /// A link for the letter.
    pub download: Option<String>,
    /// Whom it goes to.
    pub recipient: String,
    /// Why it cannot be mailed: then it is held from the start.
    pub unmailable: Option<String>,
    /// Not to be sent before; a server that sends its own letters at once keeps the others off until then.
    pub not_before: Timestamp,
}

/// A letter on record.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Letter {
    /// Its number.
    pub id: i64,
    /// The license it brings.
    pub license_id: String,
    /// What it is about.
    pub kind: LetterKind,
    /// 0 for the first letter of a license, then 1, 2, …
    pub resend_number: i64,
    /// Names the letter to providers.
    pub mail_uid: String,
    /// The template it is rendered with.
    pub template: String,
    /// A link for the letter.
    pub download: Option<String>,
    /// Whom it goes to.
    pub recipient: String,
    /// Where it is on its way.
    pub state: LetterState,
    /// Sendings begun so far.
    pub attempts: i64,
    /// When it was (last) put into the queue; it is given up some days after.
    pub queued_at: Timestamp,
    /// When it is sent next; of a letter that is queued.
    pub due_at: Option<Timestamp>,
    /// Which provider had it last.
    pub provider: Option<String>,
    /// The one provider that may send it; `None` if any may.
    pub channel: Option<String>,
    /// Whether it may have been sent already.
    pub doubt: Option<Doubt>,
    /// Sendings, since it was queued, that ended in doubt.
    pub doubts: i64,
    /// The provider's id of it.
    pub message_id: Option<String>,
    /// What kind of failure the last sending met.
    pub failure_class: Option<String>,
    /// What went wrong last; `None` once it is accepted.
    pub error: Option<String>,
    /// When it was written down.
    pub created_at: Timestamp,
    /// When the provider took it.
    pub sent_at: Option<Timestamp>,
    /// The letter, of another license, that brings this one's license too. It is that letter which is sent, and what
    /// becomes of it becomes of this one.
    pub enclosed_in: Option<i64>,
}

impl Letter {
    /// Whether it is held because its license was refunded or disputed before it left: nobody has to mend it.
    pub fn is_withheld(&self) -> bool {
        self.state == LetterState::Held && self.failure_class.as_deref() == Some(withheld::WITHHELD)
    }

    /// Whether a person holds it.
    pub fn is_held_by_hand(&self) -> bool {
        self.state == LetterState::Held && self.failure_class.as_deref() == Some(by_hand::BY_HAND)
    }
}

/// A letter's last sending may have reached its provider or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Doubt {
    /// Since when.
    pub since: Timestamp,
    /// How often the provider was asked since, and did not know the letter.
    pub asked: i64,
}

impl Store {
    /// The letters of a license, oldest first.
    pub fn letters(&self, license_id: &str) -> Result<Vec<Letter>> {
        let rows: Vec<Joined> = self.read(|connection| {
            Ok(letters::table
                .inner_join(licenses::table)
                .filter(licenses::id.eq(license_id))
                .order(letters::id)
                .select((letters::all_columns, licenses::id))
                .load(connection)?)
        })?;
        rows.into_iter().map(|(row, license_id)| row.into_letter(license_id)).collect()
    }

    /// The newest letter of a license.
    pub fn newest_letter(&self, license_id: &str) -> Result<Option<Letter>> {
        self.read(|connection| match crate::licenses::number(connection, license_id)? {
            Some(number) => newest(connection, number),
            None => Ok(None),
        })
    }

    /// How many licenses there are whose newest letter lies in the letters folder and was never mailed.
    pub fn never_mailed(&self) -> Result<i64> {
        self.read(|connection| {
            let never_mailed = letters::table.filter(is_logged()).filter(letters::replaced.eq(false));
            Ok(never_mailed.count().get_result(connection)?)
        })
    }

    /// The licenses whose newest letter lies in the letters folder and was never mailed.
    pub fn licenses_never_mailed(&self) -> Result<Vec<String>> {
        self.read(|connection| {
            Ok(letters::table
                .inner_join(licenses::table)
                .filter(is_logged())
                .filter(letters::replaced.eq(false))
                .order(letters::id)
                .select(licenses::id)
                .load(connection)?)
        })
    }

    /// When the letter was queued that has been waiting the longest to be sent, or to be known as sent.
    pub fn oldest_waiting_letter(&self) -> Result<Option<Timestamp>> {
        self.read(|connection| {
            // Two questions, each with an index of its own: for both at once SQLite would look at every letter.
            let oldest = letters::table.filter(letters::replaced.eq(false)).select(min(letters::queued_at));
            let queued: Option<i64> = oldest.filter(letters::due_at.is_not_null()).first(connection)?;
            let in_hand: Option<i64> =
                oldest.filter(letters::leased_until.is_not_null()).first(connection)?;
            time::from_optional_column(queued.into_iter().chain(in_hand).min())
        })
    }
}

/// Spelled out: SQLite finds the index of these letters by the word itself, not by a parameter.
fn is_logged() -> diesel::dsl::Eq<letters::state, diesel::expression::SqlLiteral<Text>> {
    letters::state.eq(diesel::dsl::sql("'logged'"))
}

pub(crate) fn newest(connection: &mut AnyConnection, license: i64) -> Result<Option<Letter>> {
    let row: Option<Joined> = letters::table
        .inner_join(licenses::table)
        .filter(letters::license_number.eq(license).and(letters::replaced.eq(false)))
        .select((letters::all_columns, licenses::id))
        .get_result(connection)
        .optional()?;
    row.map(|(row, license_id)| row.into_letter(license_id)).transpose()
}

pub(super) fn find(connection: &mut AnyConnection, id: i64) -> Result<Option<Letter>> {
    let row: Option<Joined> = letters::table
        .inner_join(licenses::table)
        .filter(letters::id.eq(id))
        .select((letters::all_columns, licenses::id))
        .get_result(connection)
        .optional()?;
    row.map(|(row, license_id)| row.into_letter(license_id)).transpose()
}
