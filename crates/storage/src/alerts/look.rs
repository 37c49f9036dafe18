//! What is the matter, counted: questions that look at what failed and never at what is well.

use crate::schema::{conclusions, deliveries, letters};
use crate::{LetterState, Result, Store, time};
use diesel::dsl::{count_star, max, min, sql};
use diesel::sql_types::Bool;
use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl, RunQueryDsl};
use jiff::Timestamp;

/// Deliveries that failed for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReasonCount {
    /// The error, as it is on the rows.
    pub reason: String,
    /// How many there are.
    pub count: i64,
    /// The newest of them.
    pub example: i64,
}

/// Letters that did not get out, or came back, in one way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterTrouble {
    /// Where they are.
    pub state: LetterState,
    /// What kind of failure they met.
    pub class: Option<String>,
    /// Who had them.
    pub provider: Option<String>,
    /// How many there are.
    pub count: i64,
    /// The newest of them.
    pub example: i64,
}

impl Store {
    /// The deliveries that a person has to mend, by their reasons; letters are not counted.
    pub fn failed_by_reason(&self) -> Result<Vec<ReasonCount>> {
        let rows: Vec<(Option<String>, i64, Option<i64>)> = self.read(|connection| {
            Ok(conclusions::table
                .filter(conclusions::error.is_not_null())
                .group_by(conclusions::error)
                .select((conclusions::error, count_star(), max(conclusions::delivery_id)))
                .load(connection)?)
        })?;
        let reason = |(reason, count, example): (Option<String>, i64, Option<i64>)| ReasonCount {
            reason: reason.unwrap_or_default(),
            count,
            example: example.unwrap_or_default(),
        };
        Ok(rows.into_iter().map(reason).collect())
    }

    /// The letters with an error that nobody has mended; what is enclosed in another one is counted with it.
    pub fn letter_troubles(&self) -> Result<Vec<LetterTrouble>> {
        type Group = (String, Option<String>, Option<String>, i64, Option<i64>);
        let rows: Vec<Group> = self.read(|connection| {
            Ok(letters::table
                .filter(letters::error.is_not_null())
                .filter(letters::replaced.eq(false).and(letters::enclosed_in.is_null()))
                .group_by((letters::state, letters::failure_class, letters::provider))
                .select((
                    letters::state,
                    letters::failure_class,
                    letters::provider,
                    count_star(),
                    max(letters::id),
                ))
                .load(connection)?)
        })?;
        let trouble = |(state, class, provider, count, example): Group| {
            let known = LetterState::from_word(&state);
            let state = known.ok_or_else(|| crate::Error::Corrupt(format!("letter state {state}")))?;
            Ok(LetterTrouble { state, class, provider, count, example: example.unwrap_or_default() })
        };
        rows.into_iter().map(trouble).collect()
    }

    /// How many letters were queued before `before` and are not out yet, with the number of the one that waits longest.
    pub fn letters_waiting_since(&self, before: Timestamp) -> Result<(i64, Option<i64>)> {
        let before = time::to_column(before);
        self.read(|connection| {
            let waiting = |index: &str| {
                letters::table
                    .filter(sql::<Bool>(index))
                    .filter(letters::replaced.eq(false).and(letters::queued_at.lt(before)))
                    .select((count_star(), min(letters::id)))
            };
            // Two questions, each with an index of its own.
            let queued: (i64, Option<i64>) = waiting("due_at IS NOT NULL").first(connection)?;
            let in_hand: (i64, Option<i64>) = waiting("leased_until IS NOT NULL").first(connection)?;
            let oldest = queued.1.into_iter().chain(in_hand.1).min();
            Ok((queued.0 + in_hand.0, oldest))
        })
    }

    /// When a store told of a sale last.
    pub fn last_sale_at(&self) -> Result<Option<Timestamp>> {
        let found: Vec<i64> = self.read(|connection| {
            Ok(deliveries::table
                .inner_join(conclusions::table)
                .filter(conclusions::kind.eq("sale").and(conclusions::mode.eq("live")))
                .order(deliveries::received_at.desc())
                .select(deliveries::received_at)
                .limit(1)
                .load(connection)?)
        })?;
        time::from_optional_column(found.into_iter().next())
    }
}
