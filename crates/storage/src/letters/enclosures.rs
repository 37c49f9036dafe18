//! Letters that bring the licenses of others too: one letter leads and is sent, the enclosed ones share its fate.
//!
//! An enclosed letter has no time and no claim of its own, so nobody takes it. A leader that will not be sent is
//! succeeded by one of the letters enclosed in it.

use super::row::Row;
use crate::connection::AnyConnection;
use crate::schema::letters;
use crate::{LetterState, Result, time};
use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::sql_query;
use diesel::sql_types::Bool;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, NullableExpressionMethods, OptionalExtension, QueryDsl,
    QueryResult, RunQueryDsl,
};
use jiff::Timestamp;

/// Whether a letter leads others, as a column: a look into an index that is empty but for such letters.
pub(super) fn leads() -> SqlLiteral<Bool> {
    sql("EXISTS (SELECT 1 FROM letters AS enclosed WHERE enclosed.enclosed_in = letters.id)")
}

/// Of these letters, those that lead others.
pub(super) fn leaders(connection: &mut AnyConnection, letters: &[i64]) -> QueryResult<Vec<i64>> {
    letters::table
        .filter(letters::id.eq_any(letters).and(leads()))
        .select(letters::id)
        .order(letters::id)
        .load(connection)
}

/// What has become of leaders becomes of what is enclosed in them, but for what is held back.
pub(super) fn follow(connection: &mut AnyConnection, leaders: &[i64]) -> QueryResult<()> {
    if leaders.is_empty() {
        return Ok(());
    }
    let numbers: Vec<String> = leaders.iter().map(i64::to_string).collect();
    let statement = format!(
        "UPDATE letters SET (state, attempts, queued_at, provider, channel, doubtful_since, asked, doubts, \
             message_id, failure_class, error, sent_at) = \
             (SELECT state, attempts, queued_at, provider, channel, doubtful_since, asked, doubts, \
             message_id, failure_class, error, sent_at \
             FROM letters AS leader WHERE leader.id = letters.enclosed_in) \
         WHERE enclosed_in IN ({}) AND state <> 'held'",
        numbers.join(", ")
    );
    sql_query(statement).execute(connection).map(drop)
}

/// The letter that leads, if it can still take something in: it has certainly not been sent, and will be.
pub(super) fn open_leader(connection: &mut AnyConnection, id: i64) -> Result<Option<Row>> {
    let Some(row) = row(connection, id)? else { return Ok(None) };
    // It may itself have been enclosed in another one meanwhile.
    let row = match row.enclosed_in {
        Some(leader) => self::row(connection, leader)?,
        None => Some(row),
    };
    match row {
        Some(row) if !row.replaced && row.has_not_left()? => Ok(Some(row)),
        _ => Ok(None),
    }
}

/// If a letter will not be sent any more, the first one enclosed in it leads the others in its place.
pub(super) fn succeed(connection: &mut AnyConnection, id: i64, now: Timestamp) -> Result<()> {
    let Some(old) = row(connection, id)? else { return Ok(()) };
    let state = old.state()?;
    let will_be_sent = !old.replaced && state != LetterState::Held;
    if will_be_sent || !(old.waits()? || state == LetterState::Held) {
        return Ok(());
    }
    let next: Option<Row> = letters::table
        .filter(letters::enclosed_in.eq(id).and(letters::replaced.eq(false)))
        .filter(letters::state.ne(LetterState::Held.as_str()))
        .order(letters::license_number)
        .first(connection)
        .optional()?;
    match next {
        Some(next) => lead(connection, &old, &next, now),
        None => Ok(()),
    }
}

fn lead(connection: &mut AnyConnection, old: &Row, next: &Row, now: Timestamp) -> Result<()> {
    let is_queued = next.state()? == LetterState::Queued;
    // Its name too: if it has been sent after all, it was sent under that name.
    diesel::update(letters::table.find(next.id))
        .set((
            letters::enclosed_in.eq(None::<i64>),
            letters::due_at.eq(is_queued.then(|| old.due_at.unwrap_or(time::to_column(now)))),
            letters::mail_uid.eq(&old.mail_uid),
        ))
        .execute(connection)?;
    // What is held joins as well, and is enclosed again once its license runs again.
    let joins = letters::enclosed_in.eq(old.id).or(letters::id.eq(old.id).and(letters::replaced.eq(false)));
    diesel::update(letters::table.filter(joins.assume_not_null()))
        .set(letters::enclosed_in.eq(next.id))
        .execute(connection)?;
    Ok(())
}

/// What was held back with a letter follows it, and joins it again when its own licenses run again.
pub(super) fn lead_the_held(connection: &mut AnyConnection, letter: &Row) -> QueryResult<()> {
    diesel::update(letters::table.find(letter.id))
        .set(letters::enclosed_in.eq(None::<i64>))
        .execute(connection)?;
    let Some(old) = letter.enclosed_in else { return Ok(()) };
    let others = letters::enclosed_in.eq(old).assume_not_null().or(letters::id.eq(old));
    diesel::update(letters::table.filter(others.and(letters::state.eq(LetterState::Held.as_str()))))
        .set(letters::enclosed_in.eq(letter.id))
        .execute(connection)?;
    Ok(())
}

/// A letter that was replaced is no longer enclosed in one that has not been sent.
pub(super) fn take_out(connection: &mut AnyConnection, letter: &Row) -> Result<()> {
    if letter.waits()? || letter.state()? == LetterState::Held {
        diesel::update(letters::table.find(letter.id))
            .set(letters::enclosed_in.eq(None::<i64>))
            .execute(connection)?;
    }
    Ok(())
}

fn row(connection: &mut AnyConnection, id: i64) -> QueryResult<Option<Row>> {
    letters::table.find(id).get_result(connection).optional()
}
