//! Letters that are held back: their license was refunded or disputed before they left.

use super::row::Row;
use super::{enclosures, queue};
use crate::connection::AnyConnection;
use crate::schema::letters;
use crate::{LetterState, LicenseStatus, Result};
use diesel::dsl::sql;
use diesel::sql_types::Bool;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, NullableExpressionMethods, QueryDsl, QueryResult, RunQueryDsl,
};
use jiff::Timestamp;

/// What the failure of such a letter is called. It is no error: nobody has to mend it.
pub(super) const WITHHELD: &str = "withheld";

/// Holds back the letter that would bring a license which was taken back or rests. Answers how many there were. One
/// in a worker's hands is left alone; how its sending ends is looked at then.
pub(crate) fn withhold(connection: &mut AnyConnection, license_number: i64, now: Timestamp) -> Result<usize> {
    match current(connection, license_number)? {
        Some(letter) if letter.kind()?.brings_license() && letter.waits()? => {
            hold(connection, &[letter.id])?;
            enclosures::succeed(connection, letter.id, now)?;
            Ok(1)
        }
        _ => Ok(0),
    }
}

/// Queues again what was held back, since the license runs again. A letter that was still to tell of the opposite is
/// not sent any more. Answers with the letter that will be sent, if one is queued again.
pub(crate) fn release(
    connection: &mut AnyConnection,
    license_number: i64,
    now: Timestamp,
) -> Result<Option<i64>> {
    let Some(current) = current(connection, license_number)? else { return Ok(None) };
    if current.kind()?.brings_license() {
        return if current.is_withheld() { let_go(connection, &current, now).map(Some) } else { Ok(None) };
    }
    if current.has_not_left()? {
        hold(connection, &[current.id])?;
    }
    let earlier = letters::table.filter(letters::license_number.eq(license_number));
    let earlier: Vec<Row> =
        earlier.filter(letters::id.lt(current.id)).order(letters::id.desc()).load(connection)?;
    let mut bringing =
        earlier.into_iter().filter(|letter| letter.kind().is_ok_and(|kind| kind.brings_license()));
    match bringing.next().filter(Row::is_withheld) {
        Some(letter) => {
            restore(connection, &current, &letter)?;
            let_go(connection, &letter, now).map(Some)
        }
        None => Ok(None),
    }
}

/// Of these letters and what is enclosed in them, holds back what brings a license that does not run.
pub(super) fn hold_if_stopped(connection: &mut AnyConnection, these: &[i64], now: Timestamp) -> Result<()> {
    let stopped = format!(
        "kind IN ('license', 'renewal') AND EXISTS (SELECT 1 FROM licenses \
         WHERE licenses.number = letters.license_number AND licenses.status IN ('{}', '{}'))",
        LicenseStatus::Revoked,
        LicenseStatus::Suspended
    );
    let of_these = letters::id.eq_any(these).or(letters::enclosed_in.eq_any(these).assume_not_null());
    let waiting = letters::state.eq_any([LetterState::Queued.as_str(), LetterState::Failed.as_str()]);
    let found: Vec<i64> = letters::table
        .filter(of_these.and(waiting).and(letters::replaced.eq(false)))
        .filter(sql::<Bool>(&stopped))
        .select(letters::id)
        .load(connection)?;
    if !found.is_empty() {
        hold(connection, &found)?;
    }
    for id in found {
        enclosures::succeed(connection, id, now)?;
    }
    Ok(())
}

/// The letter of a license that no newer one has replaced.
pub(super) fn current(connection: &mut AnyConnection, license_number: i64) -> QueryResult<Option<Row>> {
    use diesel::OptionalExtension as _;
    let of_license = letters::table.filter(letters::license_number.eq(license_number));
    of_license.filter(letters::replaced.eq(false)).get_result(connection).optional()
}

fn hold(connection: &mut AnyConnection, these: &[i64]) -> QueryResult<usize> {
    // Whether it may have been sent after all stays on record.
    diesel::update(letters::table.filter(letters::id.eq_any(these)))
        .set((
            letters::state.eq(LetterState::Held.as_str()),
            letters::due_at.eq(None::<i64>),
            letters::failure_class.eq(WITHHELD),
            letters::error.eq(None::<String>),
        ))
        .execute(connection)
}

/// An earlier letter takes its place back.
fn restore(connection: &mut AnyConnection, current: &Row, earlier: &Row) -> QueryResult<()> {
    diesel::update(letters::table.find(current.id)).set(letters::replaced.eq(true)).execute(connection)?;
    diesel::update(letters::table.find(earlier.id)).set(letters::replaced.eq(false)).execute(connection)?;
    Ok(())
}

/// Into the queue, with the letters that it left if they are still there, otherwise alone or ahead of them.
fn let_go(connection: &mut AnyConnection, letter: &Row, now: Timestamp) -> Result<i64> {
    let leader = match letter.enclosed_in {
        Some(leader) => enclosures::open_leader(connection, leader)?,
        None => None,
    };
    if let Some(leader) = leader.map(|leader| leader.id) {
        let queued = letters::state.eq(LetterState::Queued.as_str());
        diesel::update(letters::table.find(letter.id))
            .set((queued, letters::enclosed_in.eq(leader)))
            .execute(connection)?;
        enclosures::follow(connection, &[leader])?;
        return Ok(leader);
    }
    enclosures::lead_the_held(connection, letter)?;
    diesel::update(letters::table.find(letter.id))
        .set(letters::failure_class.eq(None::<String>))
        .execute(connection)?;
    queue::put(connection, letter.id, now)?;
    Ok(letter.id)
}
