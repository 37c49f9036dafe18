//! What is made of deliveries: the latest conclusion of each, and how every finished attempt ended.

mod conclude;

pub(crate) use conclude::{columns, write};

use crate::schema::attempts;
use crate::{Error, Outcome, Pending, Result, Store, time};
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use jiff::Timestamp;

/// How the reason begins of a row that a person has dismissed.
pub const DISMISSED: &str = "dismissed by ";

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
    /// The product, as the body states it.
    pub product_id: Option<String>,
    /// The buyer's address in lower case, as the body states it.
    pub email: Option<String>,
}

impl Subject {
    /// Where the sale is the order, it is not written twice.
    pub(crate) fn own_sale(&self) -> Option<&str> {
        self.sale_id.as_deref().filter(|sale_id| Some(*sale_id) != self.order_id.as_deref())
    }
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
        self.write_hot(conclusion)
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
