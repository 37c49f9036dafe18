//! What is made of deliveries: the latest conclusion of each, and how every finished attempt ended.

use crate::connection::AnyConnection;
use crate::schema::{attempts, conclusions};
use crate::{Error, Outcome, Pending, Result, Store, time};
use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl, RunQueryDsl};
use jiff::Timestamp;

/// What a delivery is about, as far as it could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The event, in the word that the command lines print.
    pub kind: String,
    /// `live` or `test`.
    pub mode: String,
    /// The order it tells of.
    pub order_id: Option<String>,
    /// The single purchase it tells of.
    pub sale_id: Option<String>,
}

/// The end of one attempt at a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conclusion {
    /// Which delivery.
    pub delivery_id: i64,
    /// Which attempt at it.
    pub attempt: i64,
    /// When.
    pub at: Timestamp,
    /// What the delivery is about.
    pub subject: Subject,
    /// Whether nothing is left to do.
    pub processed: bool,
    /// What it led to; `None` while nothing is decided.
    pub outcome: Option<Outcome>,
    /// What a maintainer has to mend.
    pub error: Option<String>,
    /// Why it led to this, in words for a person.
    pub reason: Option<String>,
}

/// A finished attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// 1 for the first.
    pub number: i64,
    /// When.
    pub at: Timestamp,
    /// What it led to.
    pub outcome: Option<Outcome>,
    /// What a maintainer had to mend.
    pub error: Option<String>,
    /// Why.
    pub reason: Option<String>,
}

impl Store {
    /// Writes down how an attempt ended that minted nothing.
    pub fn conclude(&self, conclusion: Conclusion) -> Pending<()> {
        self.write(move |connection| write(connection, &conclusion, None))
    }

    /// The finished attempts at a delivery, oldest first.
    pub fn attempts(&self, delivery_id: i64) -> Result<Vec<Attempt>> {
        let rows: Vec<Row> = self.read(|connection| {
            Ok(attempts::table
                .filter(attempts::delivery_id.eq(delivery_id))
                .order(attempts::id)
                .load(connection)?)
        })?;
        rows.into_iter().map(Row::into_attempt).collect()
    }
}

/// Inside the transaction of whatever the conclusion is about.
pub(crate) fn write(
    connection: &mut AnyConnection,
    conclusion: &Conclusion,
    license: Option<i64>,
) -> Result<()> {
    update(connection, conclusion, license)?;
    diesel::insert_into(attempts::table)
        .values((
            attempts::delivery_id.eq(conclusion.delivery_id),
            attempts::number.eq(conclusion.attempt),
            attempts::at.eq(time::to_column(conclusion.at)),
            attempts::outcome.eq(conclusion.outcome.map(Outcome::as_str)),
            attempts::error.eq(&conclusion.error),
            attempts::reason.eq(&conclusion.reason),
        ))
        .execute(connection)?;
    Ok(())
}

/// An attempt that comes late with nothing done does not undo what a later one has done.
fn update(connection: &mut AnyConnection, conclusion: &Conclusion, license: Option<i64>) -> Result<()> {
    let Subject { kind, mode, order_id, sale_id } = &conclusion.subject;
    let latest = if conclusion.processed { i64::MAX } else { conclusion.attempt };
    let is_open = conclusions::processed.eq(false).or(conclusions::attempts.le(latest));
    let outcome = lasting_outcome(connection, conclusion)?;
    diesel::update(conclusions::table.find(conclusion.delivery_id).filter(is_open))
        .set((
            conclusions::kind.eq(kind),
            conclusions::mode.eq(mode),
            conclusions::order_id.eq(order_id),
            conclusions::sale_id.eq(sale_id.as_ref().filter(|sale_id| Some(*sale_id) != order_id.as_ref())),
            conclusions::processed.eq(conclusion.processed),
            conclusions::outcome.eq(outcome.map(Outcome::as_str)),
            conclusions::error.eq(&conclusion.error),
            conclusions::reason.eq(&conclusion.reason),
            conclusions::license_number.eq(license),
            conclusions::concluded_at.eq(time::to_column(conclusion.at)),
        ))
        .execute(connection)?;
    Ok(())
}

/// A delivery that has minted its license finds it when it is replayed, and has minted it all the same.
fn lasting_outcome(connection: &mut AnyConnection, conclusion: &Conclusion) -> Result<Option<Outcome>> {
    if conclusion.outcome != Some(Outcome::Found) {
        return Ok(conclusion.outcome);
    }
    let minted = conclusions::table
        .find(conclusion.delivery_id)
        .filter(conclusions::outcome.eq(Outcome::Minted.as_str()))
        .count()
        .get_result::<i64>(connection)?;
    Ok(Some(if minted > 0 { Outcome::Minted } else { Outcome::Found }))
}

#[derive(diesel::Queryable)]
struct Row {
    _id: i64,
    _delivery_id: i64,
    number: i64,
    at: i64,
    outcome: Option<String>,
    error: Option<String>,
    reason: Option<String>,
}

impl Row {
    fn into_attempt(self) -> Result<Attempt> {
        Ok(Attempt {
            number: self.number,
            at: time::from_column(self.at)?,
            outcome: outcome_from_column(self.outcome)?,
            error: self.error,
            reason: self.reason,
        })
    }
}

pub(crate) fn outcome_from_column(word: Option<String>) -> Result<Option<Outcome>> {
    word.map(|word| Outcome::from_word(&word).ok_or(Error::Corrupt(format!("outcome {word}")))).transpose()
}
