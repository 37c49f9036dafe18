//! What a provider tells of letters that it took, and what follows for them.
//!
//! The state of a letter is a function of the set of reports about its newest sending, in whatever order and however
//! often they come: what came back came back, whatever else was told.

use super::row::Row;
use super::{enclosures, suppressions};
use crate::connection::AnyConnection;
use crate::connection::transaction;
use crate::schema::{letter_reports, letters, licenses};
use crate::{Error, Fate, LetterState, Result, time};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, NullableExpressionMethods, QueryDsl, QueryResult, RunQueryDsl,
};
use jiff::Timestamp;

/// What a provider tells of a letter. At least one of the three names should say which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterReport {
    /// The delivery that tells it.
    pub delivery_id: i64,
    /// Our name of the letter.
    pub mail_uid: Option<String>,
    /// The provider's id of the sending.
    pub message_id: Option<String>,
    /// The address, which is the letter's own where the letter is known.
    pub recipient: Option<String>,
    /// When it happened.
    pub at: Timestamp,
    /// What happened.
    pub fate: Fate,
    /// What happened, in words for a person.
    pub words: String,
}

/// The letter that a report was about, as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reported {
    /// Its number.
    pub letter: i64,
    /// Its state.
    pub state: LetterState,
    /// Whether it came back, and was not known to have.
    pub is_back: bool,
    /// `live` or `test`.
    pub mode: String,
    /// The order of its license.
    pub order_id: String,
}

/// Writes a report down; answers with the letter, if it is one of ours.
pub(crate) fn apply(connection: &mut AnyConnection, report: &LetterReport) -> Result<Option<Reported>> {
    let found = named(connection, report)?;
    suppressions::follow(connection, report, found.as_ref().map(|letter| letter.recipient.as_str()))?;
    let Some(letter) = found else { return Ok(None) };
    let before = letter.state()?;
    write(connection, &letter, report)?;
    let state = if is_decided(before) { settle(connection, &letter)? } else { before };
    let is_back = state == LetterState::Bounced && before != state;
    let license: (i64, String, String) = licenses::table
        .find(letter.license_number)
        .select((licenses::number, licenses::mode, licenses::source_order_id))
        .first(connection)?;
    if is_back {
        let (at, words) = (report.at, Some(report.words.as_str()));
        crate::licenses::add_event(connection, license.0, at, "bounced", Some(report.delivery_id), words)?;
    }
    let (_, mode, order_id) = license;
    Ok(Some(Reported { letter: letter.id, state, is_back, mode, order_id }))
}

/// Whether what was told before the provider's answer was written down changes a letter that has just been accepted.
pub(super) fn catch_up(connection: &mut AnyConnection, id: i64) -> Result<()> {
    let row: Row = letters::table.find(id).first(connection)?;
    if row.state()? == LetterState::Accepted {
        settle(connection, &row)?;
    }
    Ok(())
}

/// The letter that was sent: what is enclosed in it has the same names.
fn named(connection: &mut AnyConnection, report: &LetterReport) -> QueryResult<Option<Row>> {
    let mut found: Vec<Row> = Vec::new();
    if let Some(uid) = &report.mail_uid {
        found =
            letters::table.filter(letters::mail_uid.eq(uid)).order(letters::id.desc()).load(connection)?;
    }
    if let (true, Some(message)) = (found.is_empty(), &report.message_id) {
        let of_message = letters::table.filter(letters::message_id.eq(message));
        found = of_message.order(letters::id.desc()).load(connection)?;
    }
    found.sort_by_key(|letter| letter.enclosed_in.is_some());
    Ok(found.into_iter().next())
}

/// A delivery that is replayed tells nothing new.
fn write(connection: &mut AnyConnection, letter: &Row, report: &LetterReport) -> QueryResult<()> {
    let row = (
        letter_reports::delivery_id.eq(report.delivery_id),
        letter_reports::letter_id.eq(letter.id),
        letter_reports::message_id.eq(&report.message_id),
        letter_reports::fate.eq(report.fate.as_str()),
        letter_reports::words.eq(&report.words),
        letter_reports::at.eq(time::to_column(report.at)),
    );
    transaction::insert_unless_taken(connection, |connection| {
        diesel::insert_into(letter_reports::table).values(row).execute(connection)
    })?;
    Ok(())
}

fn is_decided(state: LetterState) -> bool {
    matches!(state, LetterState::Accepted | LetterState::Delivered | LetterState::Bounced)
}

/// Gives a letter that its provider took the state that follows from everything told of its newest sending.
fn settle(connection: &mut AnyConnection, letter: &Row) -> Result<LetterState> {
    let of_sending =
        letter_reports::message_id.eq(&letter.message_id).or(letter_reports::message_id.is_null());
    let told: Vec<(String, i64, String)> = letter_reports::table
        .filter(letter_reports::letter_id.eq(letter.id))
        .filter(of_sending.assume_not_null())
        .select((letter_reports::fate, letter_reports::at, letter_reports::words))
        .load(connection)?;
    let mut worst: Option<(u8, i64, Fate, String)> = None;
    for (fate, at, words) in told {
        let fate = Fate::from_word(&fate).ok_or_else(|| Error::Corrupt(format!("fate {fate}")))?;
        let Some(gravity) = gravity(fate) else { continue };
        let told = (gravity, -at, fate, words);
        // Of equal ones the first counts.
        if worst.as_ref().is_none_or(|worst| (told.0, told.1, &told.3) > (worst.0, worst.1, &worst.3)) {
            worst = Some(told);
        }
    }
    let before = letter.state()?;
    let Some((_, _, fate, words)) = worst else { return Ok(before) };
    let (state, class, error) = match fate {
        Fate::Delivered => (LetterState::Delivered, None, None),
        fate => (LetterState::Bounced, Some(fate.as_str()), Some(format!("bounced: {words}"))),
    };
    diesel::update(letters::table.find(letter.id))
        .set((letters::state.eq(state.as_str()), letters::failure_class.eq(class), letters::error.eq(error)))
        .execute(connection)?;
    let leaders = enclosures::leaders(connection, &[letter.id])?;
    enclosures::follow(connection, &leaders)?;
    Ok(state)
}

/// How much a report weighs against others of the same letter; `None` if it says nothing of it.
fn gravity(fate: Fate) -> Option<u8> {
    match fate {
        Fate::Noted | Fate::Suppressed | Fate::Reactivated => None,
        Fate::Delivered => Some(0),
        Fate::Refused => Some(1),
        Fate::Bounced => Some(2),
        Fate::Complained => Some(3),
    }
}
