//! How sendings end: written down by whoever holds the claim, and by nobody else.

use super::enclosures::{self, leads};
use super::row::Row;
use super::withheld::hold_if_stopped;
use super::{Doubt, Letter, find, reports};
use crate::connection::AnyConnection;
use crate::connection::statement::Fixed;
use crate::schema::{letters, licenses};
use crate::{LetterState, Pending, Result, Store, time};
use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::sql_types::Bool;
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use jiff::Timestamp;

/// The end of one sending, signed with the claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finish {
    /// The letter's number.
    pub letter: i64,
    /// The claim under which it was in hand.
    pub claim: String,
    /// How it ended.
    pub result: LetterResult,
}

/// How a sending ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterResult {
    /// The state that follows: queued again, accepted, logged or failed.
    pub state: LetterState,
    /// The provider that was asked.
    pub provider: String,
    /// The provider's id of the letter.
    pub message_id: Option<String>,
    /// What kind of failure it was.
    pub failure_class: Option<String>,
    /// What went wrong.
    pub error: Option<String>,
    /// When to send again; of a letter that is queued.
    pub due_at: Option<Timestamp>,
    /// The attempts that count from now on: a provider's own trouble consumes none.
    pub attempts: i64,
    /// The one provider that may send it from now on.
    pub channel: Option<String>,
    /// Whether it may have been sent all the same.
    pub doubt: Option<Doubt>,
    /// Sendings so far that ended in doubt.
    pub doubts: i64,
}

impl Store {
    /// Writes down how sendings ended, in their order. `None` for a letter whose claim was lost meanwhile: then
    /// nothing of it changed.
    pub fn finish_letters(&self, finished: Vec<Finish>, now: Timestamp) -> Pending<Vec<Option<Letter>>> {
        self.write_in_company(move |connection| {
            finished.into_iter().map(|finish| write(connection, finish, now)).collect()
        })
    }
}

fn write(connection: &mut AnyConnection, finish: Finish, now: Timestamp) -> Result<Option<Letter>> {
    let Finish { letter, claim, result } = finish;
    let sent = matches!(result.state, LetterState::Accepted | LetterState::Logged);
    struct FinishOne;
    let finish_one = diesel::update(letters::table.find(letter).filter(letters::claim_id.eq(claim))).set((
        letters::state.eq(result.state.as_str()),
        letters::attempts.eq(result.attempts),
        letters::due_at.eq(time::to_optional_column(result.due_at)),
        letters::claim_id.eq(None::<String>),
        letters::leased_until.eq(None::<i64>),
        letters::provider.eq(result.provider),
        letters::channel.eq(result.channel),
        letters::doubtful_since.eq(time::to_optional_column(result.doubt.map(|doubt| doubt.since))),
        letters::asked.eq(result.doubt.map_or(0, |doubt| doubt.asked)),
        letters::doubts.eq(result.doubts),
        letters::message_id.eq(result.message_id),
        letters::failure_class.eq(result.failure_class),
        letters::error.eq(result.error),
        letters::sent_at.eq(sent.then(|| time::to_column(now))),
    ));
    if Fixed::<FinishOne, _>::new(finish_one).execute(connection)? == 0 {
        return Ok(None);
    }
    struct Finished;
    let finished = letters::table.inner_join(licenses::table).filter(letters::id.eq(letter)).select((
        letters::all_columns,
        licenses::id,
        leads(),
        is_reported(),
    ));
    let (row, license_id, leads, is_reported): (Row, String, bool, bool) =
        Fixed::<Finished, _>::new(finished).get_result(connection)?;
    if sent && !leads && !is_reported {
        return row.into_letter(license_id).map(Some);
    }
    if leads {
        enclosures::follow(connection, &[letter])?;
    }
    if sent && is_reported {
        // The provider was quicker to tell of it than to answer.
        reports::catch_up(connection, letter)?;
    }
    if !sent {
        // A refund or a dispute may have come while it was in hand.
        hold_if_stopped(connection, &[letter], now)?;
    }
    // So may a newer letter of its license, and what is enclosed in it still has to be sent.
    enclosures::succeed(connection, letter, now)?;
    find(connection, letter)
}

/// Whether the provider has told of a letter already, as a column.
fn is_reported() -> SqlLiteral<Bool> {
    sql("EXISTS (SELECT 1 FROM letter_reports WHERE letter_id = letters.id)")
}
