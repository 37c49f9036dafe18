//! Sending: a letter is claimed, its attempt counted, and the claim decides who may write down how it ended.

use super::{Letter, find};
use crate::connection::AnyConnection;
use crate::schema::letters;
use crate::{LetterState, License, Pending, Result, Store, licenses, time};
use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl, RunQueryDsl};
use jiff::Timestamp;

/// A worker's claim on a letter: whoever holds another one can no longer change it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Drawn anew for every claim.
    pub id: String,
    /// From when on the letter is free for others if this worker has died.
    pub leased_until: Timestamp,
}

/// A letter in a worker's hands, its attempt already counted.
#[derive(Debug, Clone)]
pub struct ClaimedLetter {
    /// The letter.
    pub letter: Letter,
    /// The license it brings.
    pub license: License,
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
    /// When to send again, if queued.
    pub next_at: Timestamp,
    /// The attempts that count from now on: a provider's own trouble consumes none.
    pub attempts: i64,
}

impl Store {
    /// Numbers of letters that are due at `now`, longest due first. An expired lease is due again.
    pub fn due_letters(&self, now: Timestamp, limit: i64) -> Result<Vec<i64>> {
        self.read(|connection| {
            Ok(letters::table
                .filter(is_due(time::to_column(now)))
                .order(letters::due_at)
                .select(letters::id)
                .limit(limit)
                .load(connection)?)
        })
    }

    /// Takes a due letter in hand and counts the attempt; `None` if it is no longer to be had.
    pub fn claim_letter(&self, id: i64, claim: Claim, now: Timestamp) -> Pending<Option<ClaimedLetter>> {
        self.write(move |connection| {
            let claimed = diesel::update(letters::table.find(id).filter(is_due(time::to_column(now))))
                .set(taken(&claim))
                .execute(connection)?;
            if claimed == 0 { Ok(None) } else { with_license(connection, id) }
        })
    }

    /// Takes a letter in hand right after the transaction that wrote it, ahead of its turn.
    pub fn claim_new_letter(&self, id: i64, claim: Claim) -> Pending<Option<ClaimedLetter>> {
        self.write(move |connection| {
            let claimed = diesel::update(letters::table.find(id).filter(is_new()))
                .set(taken(&claim))
                .execute(connection)?;
            if claimed == 0 { Ok(None) } else { with_license(connection, id) }
        })
    }

    /// Writes down how a sending ended. `None` if the claim was lost meanwhile: then nothing changed.
    pub fn finish_letter(
        &self,
        id: i64,
        claim_id: String,
        result: LetterResult,
        now: Timestamp,
    ) -> Pending<Option<Letter>> {
        self.write(move |connection| {
            let sent = matches!(result.state, LetterState::Accepted | LetterState::Logged);
            let next_at = time::to_column(result.next_at);
            let finished = diesel::update(letters::table.find(id).filter(letters::claim_id.eq(&claim_id)))
                .set((
                    letters::state.eq(result.state.as_str()),
                    letters::attempts.eq(result.attempts),
                    letters::provider.eq(&result.provider),
                    letters::message_id.eq(&result.message_id),
                    letters::failure_class.eq(&result.failure_class),
                    letters::error.eq(&result.error),
                    letters::next_at.eq(next_at),
                    letters::due_at.eq((result.state == LetterState::Queued).then_some(next_at)),
                    letters::sent_at.eq(sent.then(|| time::to_column(now))),
                    letters::claim_id.eq(None::<String>),
                ))
                .execute(connection)?;
            if finished == 0 { Ok(None) } else { find(connection, id) }
        })
    }
}

type Taken<'a> = (
    diesel::dsl::Eq<letters::state, &'static str>,
    diesel::dsl::Eq<letters::attempts, diesel::dsl::Add<letters::attempts, i64>>,
    diesel::dsl::Eq<letters::claim_id, &'a str>,
    diesel::dsl::Eq<letters::due_at, i64>,
);

fn taken(claim: &Claim) -> Taken<'_> {
    (
        letters::state.eq(LetterState::Sending.as_str()),
        letters::attempts.eq(letters::attempts + 1),
        letters::claim_id.eq(claim.id.as_str()),
        letters::due_at.eq(time::to_column(claim.leased_until)),
    )
}

/// What has a time at which it is due is queued, or in hands whose lease ends then.
#[diesel::dsl::auto_type(no_type_alias)]
fn is_due(now: i64) -> _ {
    let arrived: diesel::dsl::LtEq<letters::due_at, i64> = letters::due_at.le(now);
    arrived.and(letters::replaced.eq(false))
}

#[diesel::dsl::auto_type(no_type_alias)]
fn is_new() -> _ {
    let unsent: diesel::dsl::And<
        diesel::dsl::Eq<letters::state, &'static str>,
        diesel::dsl::Eq<letters::attempts, i64>,
    > = letters::state.eq("queued").and(letters::attempts.eq(0_i64));
    unsent.and(letters::replaced.eq(false))
}

fn with_license(connection: &mut AnyConnection, id: i64) -> Result<Option<ClaimedLetter>> {
    let Some(letter) = find(connection, id)? else { return Ok(None) };
    let license = licenses::by_id(connection, &letter.license_id)?;
    Ok(license.map(|license| ClaimedLetter { letter, license }))
}
