//! A further letter for a license, in the transaction of whatever it is about.

use super::row::Row;
use super::withheld::{self, current};
use super::{Letter, NewLetter, enclosures, find};
use crate::connection::AnyConnection;
use crate::schema::letters;
use crate::{LetterKind, LetterState, Result, time};
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use jiff::Timestamp;

/// What is to be done with a further letter, in view of the one that the license has.
#[derive(Debug, PartialEq, Eq)]
enum Course {
    /// It is written, and takes the place of the earlier ones.
    Write,
    /// The same, in the words of the first letter, which the buyer has not had.
    WriteFirst,
    /// The one that is there has not left: it brings the license as it will be then.
    Serve,
    /// The same, and it was held back.
    Release,
    /// Nobody is told of the loss of what they never had.
    Spare,
}

/// Writes a letter about a license, enclosed in another one if that has not left yet, is of the same kind and goes to
/// the same buyer. Answers with the letter that
/// serves, which may be one that was there: a buyer gets one letter with the newest license, not two.
pub(crate) fn add(
    connection: &mut AnyConnection,
    license_number: i64,
    license_id: &str,
    new: NewLetter,
    enclosed_in: Option<i64>,
    now: Timestamp,
) -> Result<Letter> {
    let Some(earlier) = current(connection, license_number)? else {
        return write(connection, license_number, license_id, new, enclosed_in, now);
    };
    match course(&earlier, new.kind)? {
        Course::Write => return write(connection, license_number, license_id, new, enclosed_in, now),
        Course::WriteFirst => {
            let NewLetter { mail_uid, recipient, unmailable, not_before, .. } = new;
            let Row { template, download, .. } = earlier;
            let kind = LetterKind::License;
            let new = NewLetter { kind, mail_uid, template, download, recipient, unmailable, not_before };
            return write(connection, license_number, license_id, new, enclosed_in, now);
        }
        Course::Serve => redirect(connection, &earlier, new, now)?,
        Course::Release => {
            withheld::release(connection, license_number, now)?;
        }
        Course::Spare => {
            withheld::withhold(connection, license_number, now)?;
        }
    }
    Ok(find(connection, earlier.id)?.ok_or(diesel::NotFound)?)
}

/// Inserts a letter; it takes the place of the earlier ones.
pub(super) fn write(
    connection: &mut AnyConnection,
    license_number: i64,
    license_id: &str,
    new: NewLetter,
    enclosed_in: Option<i64>,
    now: Timestamp,
) -> Result<Letter> {
    let earlier = replace(connection, license_number, now)?;
    let (state, due_at) = (new.state(), new.due_at());
    let leader = match enclosed_in {
        Some(leader) if state == LetterState::Queued => envelope(connection, leader, &new)?,
        _ => None,
    };
    let row: Row = diesel::insert_into(letters::table)
        .values((
            letters::license_number.eq(license_number),
            letters::kind.eq(new.kind.as_str()),
            letters::resend_number.eq(i64::try_from(earlier).unwrap_or(i64::MAX)),
            letters::mail_uid.eq(new.mail_uid),
            letters::template.eq(new.template),
            letters::download.eq(new.download),
            letters::recipient.eq(new.recipient),
            letters::state.eq(state.as_str()),
            letters::replaced.eq(false),
            letters::attempts.eq(0),
            letters::queued_at.eq(time::to_column(now)),
            letters::due_at.eq(due_at.filter(|_| leader.is_none())),
            letters::error.eq(new.unmailable),
            letters::created_at.eq(time::to_column(now)),
            letters::enclosed_in.eq(leader),
        ))
        .returning(letters::all_columns)
        .get_result(connection)?;
    match leader {
        Some(leader) => {
            enclosures::follow(connection, &[leader])?;
            Ok(find(connection, row.id)?.ok_or(diesel::NotFound)?)
        }
        None => row.into_letter(license_id.to_owned()),
    }
}

/// The letter that the new one is enclosed in, if it still can be: both say the same, to the same buyer.
fn envelope(connection: &mut AnyConnection, leader: i64, new: &NewLetter) -> Result<Option<i64>> {
    Ok(match enclosures::open_leader(connection, leader)? {
        Some(leader) if leader.kind()? == new.kind && leader.recipient == new.recipient => Some(leader.id),
        _ => None,
    })
}

fn course(earlier: &Row, kind: LetterKind) -> Result<Course> {
    let earlier_kind = earlier.kind()?;
    if earlier.may_have_left()? || !earlier_kind.brings_license() {
        return Ok(Course::Write);
    }
    let is_first = earlier_kind == LetterKind::License;
    Ok(match kind.brings_license() {
        true if earlier.is_withheld() => Course::Release,
        true if earlier.has_not_left()? => Course::Serve,
        true if is_first => Course::WriteFirst,
        false if is_first => Course::Spare,
        true | false => Course::Write,
    })
}

/// The buyer's address may be another one by now.
fn redirect(connection: &mut AnyConnection, letter: &Row, new: NewLetter, now: Timestamp) -> Result<()> {
    if letter.recipient == new.recipient {
        return Ok(());
    }
    let state = new.state();
    let due_at = letter.due_at.filter(|_| state == LetterState::Queued);
    diesel::update(letters::table.find(letter.id))
        .set((
            letters::recipient.eq(new.recipient),
            letters::state.eq(state.as_str()),
            letters::due_at.eq(due_at),
            letters::error.eq(new.unmailable),
        ))
        .execute(connection)?;
    enclosures::succeed(connection, letter.id, now)
}

/// Answers how many letters the license has had.
fn replace(connection: &mut AnyConnection, license_number: i64, now: Timestamp) -> Result<usize> {
    let Some(earlier) = current(connection, license_number)? else { return Ok(0) };
    let of_license = letters::table.filter(letters::license_number.eq(license_number));
    let count = diesel::update(of_license).set(letters::replaced.eq(true)).execute(connection)?;
    match earlier.enclosed_in {
        Some(_) => enclosures::take_out(connection, &earlier)?,
        None => enclosures::succeed(connection, earlier.id, now)?,
    }
    Ok(count)
}
