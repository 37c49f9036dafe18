//! Sending: letters are claimed, their attempts counted, and the claim decides who may write down how they ended.
//!
//! A claim holds for as long as it is renewed, by the database's clock and by no other. Whose claim has run out may
//! have sent the letter or not: the letter comes back in doubt.

use super::in_hand::{with_license, with_licenses};
use super::withheld::hold_if_stopped;
use super::{Letter, clock, enclosures};
use crate::connection::AnyConnection;
use crate::connection::statement::Fixed;
use crate::schema::letters;
use crate::{LetterState, License, Pending, Result, Store, time};
use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::sql_types::{BigInt, Bool, Text};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, QueryDsl, QueryResult, QueryableByName, RunQueryDsl, sql_query,
};
use jiff::{SignedDuration, Timestamp};

/// A worker's claim on letters: whoever holds another one can no longer change them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Drawn anew for every claim.
    pub id: String,
    /// The provider that the letters are about to be given to.
    pub provider: String,
    /// How long it holds from now on, unless it is renewed.
    pub lease: SignedDuration,
}

/// Which of the due letters a channel may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Share {
    /// All of them.
    All,
    /// Those that no other channel has to send: all but the ones of this provider.
    AllBut(String),
    /// Those that this provider has to send.
    Only(String),
    /// The same, and those that any may send, in place of a channel that is out of order.
    OnlyAndAnybodys(String),
}

/// A letter in a worker's hands, its attempt already counted.
#[derive(Debug, Clone)]
pub struct ClaimedLetter {
    /// The letter.
    pub letter: Letter,
    /// The licenses it brings or is about, in the order of their numbers: its own, and those that are enclosed.
    pub licenses: Vec<Enclosed>,
    /// Why nothing is to be sent to its address; `None` if it is to be sent.
    pub suppressed: Option<String>,
    /// The delivery that its own license has last to do with; `None` if no delivery had a part in it.
    pub delivery: Option<i64>,
}

/// A license in a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enclosed {
    /// The license.
    pub license: License,
    /// A link for the letter.
    pub download: Option<String>,
}

impl Store {
    /// Whether a letter of this share is due at `now`.
    pub fn is_letter_due(&self, share: &Share, now: Timestamp) -> Result<bool> {
        let (condition, provider) = share.condition("$2");
        let question = format!(
            "SELECT id FROM letters WHERE due_at <= $1 AND NOT replaced AND {condition} ORDER BY due_at LIMIT 1"
        );
        let question = sql_query(question).bind::<BigInt, _>(time::to_column(now)).bind::<Text, _>(provider);
        let found: Vec<Id> = self.read(|connection| Ok(question.load(connection)?))?;
        Ok(!found.is_empty())
    }

    /// Takes letters in hand that are due at `now`, longest due first, and counts their attempts. Any number of
    /// servers may do so at once: none waits for another, and no two get the same letter.
    pub fn claim_letters(
        &self,
        share: Share,
        claim: Claim,
        now: Timestamp,
        limit: i64,
    ) -> Pending<Vec<ClaimedLetter>> {
        self.write_in_company(move |connection| {
            let taken = take_due(connection, &share, &claim, now, limit)?;
            with_licenses(connection, &taken)
        })
    }

    /// Takes a letter in hand ahead of its turn, if nobody has had it after its first `attempts` sendings.
    pub fn claim_letter(&self, id: i64, attempts: i64, claim: Claim) -> Pending<Option<ClaimedLetter>> {
        self.write_in_company(move |connection| {
            struct ClaimOne;
            let queued = letters::state.eq(LetterState::Queued.as_str());
            let claim_one = diesel::update(letters::table.find(id))
                .filter(queued)
                .filter(letters::attempts.eq(attempts))
                .filter(letters::replaced.eq(false).and(letters::enclosed_in.is_null()))
                .set((
                    letters::state.eq(LetterState::Sending.as_str()),
                    letters::attempts.eq(letters::attempts + 1),
                    letters::claim_id.eq(&claim.id),
                    letters::provider.eq(&claim.provider),
                    letters::leased_until.eq(clock::after(connection, claim.lease)),
                    letters::due_at.eq(None::<i64>),
                ));
            let taken = Fixed::<ClaimOne, _>::new(claim_one).execute(connection)?;
            if taken == 0 { Ok(None) } else { with_license(connection, id) }
        })
    }

    /// Keeps claims from running out; answers how many letters they still hold.
    pub fn renew_claims(&self, claims: Vec<String>, lease: SignedDuration) -> Pending<usize> {
        self.write(move |connection| {
            let until = clock::after(connection, lease);
            Ok(diesel::update(letters::table)
                .filter(letters::leased_until.is_not_null())
                .filter(letters::claim_id.eq_any(&claims))
                .set(letters::leased_until.eq(until))
                .execute(connection)?)
        })
    }

    /// Whether a claim has run out.
    pub fn has_expired_claims(&self) -> Result<bool> {
        self.read(|connection| {
            let expired = clock::has_run_out(connection);
            let found: Vec<i64> =
                letters::table.filter(expired).select(letters::id).limit(1).load(connection)?;
            Ok(!found.is_empty())
        })
    }

    /// Takes letters back from claims that have run out; answers how many. They are due at once, and in doubt: who
    /// held them may have sent them.
    pub fn expire_claims(&self, now: Timestamp) -> Pending<usize> {
        self.write(move |connection| {
            let expired = clock::has_run_out(connection);
            take_back(connection, expired, now)
        })
    }

    /// Takes back what a dead server had in hand. Only the file lock of a server on SQLite proves that it is dead:
    /// elsewhere nothing happens, and its claims run out.
    pub fn release_letters(&self, now: Timestamp) -> Pending<usize> {
        let is_proved = self.is_only_server();
        self.write(move |connection| {
            if is_proved { take_back(connection, sql("leased_until IS NOT NULL"), now) } else { Ok(0) }
        })
    }
}

impl Share {
    /// A condition in which the provider is the parameter `name`, with the provider.
    fn condition(&self, name: &str) -> (String, String) {
        let (condition, provider) = match self {
            // No provider has an empty name.
            Self::All => (format!("(channel IS NULL OR channel <> {name})"), ""),
            Self::AllBut(provider) => (format!("(channel IS NULL OR channel <> {name})"), provider.as_str()),
            Self::Only(provider) => (format!("channel = {name}"), provider.as_str()),
            Self::OnlyAndAnybodys(provider) => {
                (format!("(channel IS NULL OR channel = {name})"), provider.as_str())
            }
        };
        (condition, provider.to_owned())
    }
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// One statement, so that a letter is locked only while it is marked. PostgreSQL skips what another server is about
/// to take; on SQLite one transaction writes at a time.
pub(super) fn take_due(
    connection: &mut AnyConnection,
    share: &Share,
    claim: &Claim,
    now: Timestamp,
    limit: i64,
) -> QueryResult<Vec<i64>> {
    let (condition, provider) = share.condition("$2");
    let lock = match connection {
        AnyConnection::Sqlite(_) => "",
        AnyConnection::Postgres(_) => "FOR UPDATE SKIP LOCKED",
    };
    let now_there = clock::now(connection);
    let statement = format!(
        "WITH due AS MATERIALIZED (\
             SELECT id FROM letters WHERE due_at <= $1 AND NOT replaced AND {condition} \
             ORDER BY due_at LIMIT $3 {lock}) \
         UPDATE letters SET state = 'sending', attempts = attempts + 1, claim_id = $4, provider = $5, \
             leased_until = {now_there} + $6, due_at = NULL \
         WHERE id IN (SELECT id FROM due) RETURNING id"
    );
    let taken: Vec<Id> = sql_query(statement)
        .bind::<BigInt, _>(time::to_column(now))
        .bind::<Text, _>(provider)
        .bind::<BigInt, _>(limit)
        .bind::<Text, _>(&claim.id)
        .bind::<Text, _>(&claim.provider)
        .bind::<BigInt, _>(clock::milliseconds(claim.lease))
        .load(connection)?;
    Ok(taken.into_iter().map(|taken| taken.id).collect())
}

/// In doubt, and bound to the provider that may have sent them.
fn take_back(connection: &mut AnyConnection, which: SqlLiteral<Bool>, now: Timestamp) -> Result<usize> {
    let at = time::to_column(now);
    let taken: Vec<i64> = diesel::update(letters::table.filter(which))
        .set((
            letters::state.eq(LetterState::Queued.as_str()),
            letters::due_at.eq(at),
            letters::claim_id.eq(None::<String>),
            letters::leased_until.eq(None::<i64>),
            letters::channel.eq(letters::provider),
            letters::doubtful_since.eq(at),
            letters::asked.eq(0),
            letters::doubts.eq(letters::doubts + 1),
            letters::failure_class.eq("unknown"),
        ))
        .returning(letters::id)
        .get_results(connection)?;
    let leaders = enclosures::leaders(connection, &taken)?;
    enclosures::follow(connection, &leaders)?;
    hold_if_stopped(connection, &taken, now)?;
    for leader in leaders {
        enclosures::succeed(connection, leader, now)?;
    }
    Ok(taken.len())
}
