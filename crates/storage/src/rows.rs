//! The audit log as its readers see it: deliveries with what has been made of them.

use crate::conclusions::outcome_from_column;
use crate::schema::{conclusions, deliveries, letters, licenses};
use crate::{Origin, Outcome, Result, Store, time};
use diesel::dsl::not;
use diesel::{
    BoolExpressionMethods, CombineDsl, ExpressionMethods, JoinOnDsl, NullableExpressionMethods,
    OptionalExtension, QueryDsl, RunQueryDsl,
};
use jiff::Timestamp;

diesel::alias! {
    letters as unsent: UnsentLetters,
    conclusions as attempted: AttemptedConclusions,
}

/// One row of the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuditRow {
    /// The delivery's number.
    pub id: i64,
    /// The source's name.
    pub source: String,
    /// How it came.
    pub origin: Origin,
    /// The event.
    pub kind: String,
    /// `live` or `test`.
    pub mode: String,
    /// The order it tells of.
    pub order_id: Option<String>,
    /// When it came.
    pub received_at: Timestamp,
    /// Whether nothing is left to do.
    pub processed: bool,
    /// Attempts counted so far.
    pub attempts: i64,
    /// What it led to.
    pub outcome: Option<Outcome>,
    /// What a maintainer has to mend. The error of a letter is derived when it is read, and goes with it.
    pub error: Option<String>,
    /// Why, in words for a person.
    pub reason: Option<String>,
    /// The license it led to.
    pub license_id: Option<String>,
    /// That license's key.
    pub license_key: Option<String>,
}

/// Which rows to list, newest first. Every condition that is set must hold.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Only rows with an error, letters' errors included.
    pub failed: bool,
    /// Only rows with something left to do.
    pub unprocessed: bool,
    /// Only this source.
    pub source: Option<String>,
    /// Only this order; the id of a single purchase finds it too.
    pub order: Option<String>,
    /// Only what came at or after this time.
    pub since: Option<Timestamp>,
    /// Only what came before this time.
    pub until: Option<Timestamp>,
    /// Only rows with smaller numbers: the next page.
    pub before: Option<i64>,
    /// At most this many.
    pub limit: Option<i64>,
}

impl Store {
    /// The rows that a filter names, newest first.
    pub fn audit_rows(&self, filter: &AuditFilter) -> Result<Vec<AuditRow>> {
        let mut query = joined!().into_boxed();
        if filter.failed {
            query = query.filter(conclusions::delivery_id.eq_any(failed()));
        }
        if filter.unprocessed {
            query = query.filter(not(conclusions::processed));
        }
        if let Some(source) = filter.source.clone() {
            query = query.filter(deliveries::source.eq(source));
        }
        if let Some(order) = filter.order.clone() {
            let either = conclusions::order_id.eq(order.clone()).or(conclusions::sale_id.eq(order));
            query = query.filter(either.assume_not_null());
        }
        if let Some(since) = filter.since {
            query = query.filter(deliveries::received_at.ge(time::to_column(since)));
        }
        if let Some(until) = filter.until {
            query = query.filter(deliveries::received_at.lt(time::to_column(until)));
        }
        if let Some(before) = filter.before {
            // Said of both tables: PostgreSQL does not conclude the one from the other, and would read from the end.
            query = query.filter(conclusions::delivery_id.lt(before).and(deliveries::id.lt(before)));
        }
        if let Some(limit) = filter.limit {
            query = query.limit(limit);
        }
        let rows: Vec<Row> =
            self.read(|connection| Ok(query.order(conclusions::delivery_id.desc()).load(connection)?))?;
        rows.into_iter().map(Row::into_audit_row).collect()
    }

    /// The rows of these deliveries, oldest first.
    pub fn audit_rows_of(&self, ids: &[i64]) -> Result<Vec<AuditRow>> {
        let rows: Vec<Row> = self.read(|connection| {
            let these = joined!().filter(conclusions::delivery_id.eq_any(ids.to_vec()));
            Ok(these.order(conclusions::delivery_id).load(connection)?)
        })?;
        rows.into_iter().map(Row::into_audit_row).collect()
    }

    /// The row of one delivery.
    pub fn audit_row(&self, id: i64) -> Result<Option<AuditRow>> {
        let row: Option<Row> = self.read(|connection| {
            Ok(joined!().filter(conclusions::delivery_id.eq(id)).get_result(connection).optional()?)
        })?;
        row.map(Row::into_audit_row).transpose()
    }
}

/// Two sets, each from an index of its own: an "or" of both conditions would look at every delivery.
#[diesel::dsl::auto_type(no_type_alias)]
fn failed() -> _ {
    let by_itself = attempted
        .filter(attempted.field(conclusions::error).is_not_null())
        .select(attempted.field(conclusions::delivery_id));
    let letters_that_failed = unsent
        .filter(unsent.field(letters::error).is_not_null())
        .filter(unsent.field(letters::replaced).eq(false))
        .select(unsent.field(letters::license_number).nullable());
    let by_its_letter = attempted
        .filter(attempted.field(conclusions::license_number).eq_any(letters_that_failed))
        .select(attempted.field(conclusions::delivery_id));
    by_itself.union(by_its_letter)
}

/// Both questions ask for the same columns of the same tables, but for diesel they are of different types.
macro_rules! joined {
    () => {
        conclusions::table
            .inner_join(deliveries::table)
            .left_join(licenses::table)
            .left_join(
                letters::table.on(letters::license_number
                    .nullable()
                    .eq(conclusions::license_number)
                    .and(letters::replaced.eq(false))),
            )
            .select((
                conclusions::all_columns,
                (deliveries::source, deliveries::origin, deliveries::received_at),
                (licenses::id, licenses::key).nullable(),
                letters::error.nullable(),
            ))
    };
}
use joined;

#[derive(diesel::Queryable)]
struct Conclusion {
    delivery_id: i64,
    attempts: i64,
    kind: String,
    mode: String,
    order_id: Option<String>,
    _sale_id: Option<String>,
    _party: Option<String>,
    processed: bool,
    outcome: Option<String>,
    error: Option<String>,
    reason: Option<String>,
    _license_number: Option<i64>,
    _concluded_at: Option<i64>,
    _verify_at: Option<i64>,
}

#[derive(diesel::Queryable)]
struct Row {
    conclusion: Conclusion,
    delivery: (String, String, i64),
    license: Option<(String, String)>,
    letter_error: Option<String>,
}

impl Row {
    fn into_audit_row(self) -> Result<AuditRow> {
        let Self { conclusion, delivery: (source, origin, received_at), license, letter_error } = self;
        let (license_id, license_key) = license.unzip();
        let letter_error = letter_error.map(|error| format!("email error: {error}"));
        Ok(AuditRow {
            id: conclusion.delivery_id,
            source,
            origin: Origin::from_word(&origin).ok_or(crate::Error::Corrupt(format!("origin {origin}")))?,
            kind: conclusion.kind,
            mode: conclusion.mode,
            order_id: conclusion.order_id,
            received_at: time::from_column(received_at)?,
            processed: conclusion.processed,
            attempts: conclusion.attempts,
            outcome: outcome_from_column(conclusion.outcome)?,
            error: conclusion.error.or(letter_error),
            reason: conclusion.reason,
            license_id,
            license_key,
        })
    }
}
