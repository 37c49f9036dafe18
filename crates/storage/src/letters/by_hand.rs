//! What a person does with letters: hold one, and send one again that did not arrive.

use super::row::Row;
use super::suppressions::{self, SUPPRESSED};
use super::withheld::hold_if_stopped;
use super::{Letter, enclosures, find, queue};
use crate::connection::AnyConnection;
use crate::schema::letters;
use crate::{Fate, LetterState, Pending, Result, Store, licenses};
use diesel::{BoolExpressionMethods, ExpressionMethods, NullableExpressionMethods, QueryDsl, RunQueryDsl};
use jiff::Timestamp;

/// What the failure of a letter is called that a person holds. It is no error: that person knows of it.
pub(super) const BY_HAND: &str = "by_hand";

/// What became of a letter that a person wants to hold or to have sent again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handled {
    /// It is done; the letter as it is now.
    Done(Letter),
    /// It cannot be, and nothing was changed.
    Refused(Letter, Obstacle),
    /// There is no such letter.
    Unknown,
}

/// Why a letter cannot be held or sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// A worker has it in hand.
    InHand,
    /// The provider took it, and it has not come back.
    Sent,
    /// A newer letter took its place.
    Replaced,
    /// Its license does not run.
    Withheld,
}

impl Store {
    /// Puts a letter that waits, failed, came back or is held into the queue: the same letter, its schedule begun anew.
    /// Its address is no longer suppressed. `detail` goes into the history of its licenses.
    pub fn retry_letter(&self, id: i64, detail: String, now: Timestamp) -> Pending<Handled> {
        self.write(move |connection| {
            handle(connection, id, |connection, leader| retry(connection, leader, &detail, now))
        })
    }

    /// Keeps a letter from being sent until somebody has it sent again. `detail` goes into the history of its licenses.
    pub fn hold_letter(&self, id: i64, detail: String, now: Timestamp) -> Pending<Handled> {
        self.write(move |connection| {
            handle(connection, id, |connection, leader| hold(connection, leader, &detail, now))
        })
    }

    /// Sends to this address again, as a person wishes.
    pub fn lift_suppression(&self, address: String, now: Timestamp) -> Pending<()> {
        self.write(move |connection| Ok(suppressions::lift(connection, &address, now)?))
    }

    /// Why nothing is sent to this address by itself; `None` if it is sent.
    pub fn suppression(&self, address: &str) -> Result<Option<String>> {
        self.read(|connection| Ok(suppressions::reason(connection, address)?))
    }
}

/// It is the letter that it is enclosed in which is sent or not.
fn handle(
    connection: &mut AnyConnection,
    id: i64,
    work: impl FnOnce(&mut AnyConnection, &Row) -> Result<Option<Obstacle>>,
) -> Result<Handled> {
    let Some(letter) = find(connection, id)? else { return Ok(Handled::Unknown) };
    let leader: Row = letters::table.find(letter.enclosed_in.unwrap_or(id)).first(connection)?;
    if leader.replaced {
        return Ok(Handled::Refused(letter, Obstacle::Replaced));
    }
    let obstacle = work(connection, &leader)?;
    let letter = find(connection, id)?.ok_or(diesel::NotFound)?;
    Ok(match obstacle {
        Some(obstacle) => Handled::Refused(letter, obstacle),
        None => Handled::Done(letter),
    })
}

/// What stands in the way of doing anything with a letter by hand.
fn obstacle(leader: &Row) -> Result<Option<Obstacle>> {
    Ok(match leader.state()? {
        LetterState::Sending => Some(Obstacle::InHand),
        LetterState::Accepted | LetterState::Delivered | LetterState::Logged => Some(Obstacle::Sent),
        LetterState::Held if leader.is_withheld() => Some(Obstacle::Withheld),
        LetterState::Queued | LetterState::Failed | LetterState::Bounced | LetterState::Held => None,
    })
}

fn retry(
    connection: &mut AnyConnection,
    leader: &Row,
    detail: &str,
    now: Timestamp,
) -> Result<Option<Obstacle>> {
    if let Some(obstacle) = obstacle(leader)? {
        return Ok(Some(obstacle));
    }
    suppressions::lift(connection, &leader.recipient, now)?;
    let over =
        [SUPPRESSED, BY_HAND, Fate::Refused.as_str(), Fate::Bounced.as_str(), Fate::Complained.as_str()];
    let these = letters::id.eq(leader.id).or(letters::enclosed_in.eq(leader.id).assume_not_null());
    let held_with_it = these.and(letters::failure_class.eq_any(over).assume_not_null());
    diesel::update(letters::table.filter(held_with_it))
        .set((letters::state.eq(LetterState::Queued.as_str()), letters::failure_class.eq(None::<String>)))
        .execute(connection)?;
    queue::put(connection, leader.id, now)?;
    let leaders = enclosures::leaders(connection, &[leader.id])?;
    enclosures::follow(connection, &leaders)?;
    tell(connection, leader.id, "retried", detail, now)?;
    // A refund or a dispute may have come while it was held.
    hold_if_stopped(connection, &[leader.id], now)?;
    Ok(None)
}

fn hold(
    connection: &mut AnyConnection,
    leader: &Row,
    detail: &str,
    now: Timestamp,
) -> Result<Option<Obstacle>> {
    if let Some(obstacle) = obstacle(leader)? {
        return Ok(Some(obstacle));
    }
    let waiting = [LetterState::Queued.as_str(), LetterState::Failed.as_str(), LetterState::Bounced.as_str()];
    let these = letters::id
        .eq(leader.id)
        .or(letters::enclosed_in.eq(leader.id).and(letters::state.eq_any(waiting)).assume_not_null());
    diesel::update(letters::table.filter(these))
        .set((
            letters::state.eq(LetterState::Held.as_str()),
            letters::due_at.eq(None::<i64>),
            letters::failure_class.eq(BY_HAND),
            letters::error.eq(None::<String>),
        ))
        .execute(connection)?;
    tell(connection, leader.id, "held", detail, now)?;
    Ok(None)
}

/// Into the history of every license in the letter.
fn tell(
    connection: &mut AnyConnection,
    leader: i64,
    event: &str,
    detail: &str,
    now: Timestamp,
) -> Result<()> {
    let these = letters::id.eq(leader).or(letters::enclosed_in.eq(leader).assume_not_null());
    let licenses: Vec<i64> = letters::table
        .filter(these.and(letters::replaced.eq(false)))
        .order(letters::license_number)
        .select(letters::license_number)
        .load(connection)?;
    for license in licenses {
        licenses::add_event(connection, license, now, event, None, Some(detail))?;
    }
    Ok(())
}
