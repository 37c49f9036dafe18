//! The audit log as its readers see it: deliveries with what has been made of them.

mod conditions;
mod filter;

pub use filter::{AuditFilter, RowState};

use crate::conclusions::outcome_from_column;
use crate::schema::{conclusions, deliveries, letters, licenses};
use crate::{Origin, Outcome, Result, Store, time};
pub(crate) use conditions::{ESCAPE, containing, lower};
use conditions::{LETTER_ERROR, failed, of_buyer, of_product, own_words};
use diesel::dsl::not;
use diesel::{
    BoolExpressionMethods, EscapeExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods,
    OptionalExtension, QueryDsl, RunQueryDsl, TextExpressionMethods,
};
use jiff::Timestamp;

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
    /// The product it tells of.
    pub product_id: Option<String>,
    /// The license it led to.
    pub license_id: Option<String>,
    /// That license's key.
    pub license_key: Option<String>,
}

/// Adds each condition whose option holds something.
macro_rules! narrow {
    ($query:ident, $($option:expr => |$value:ident| $condition:expr),* $(,)?) => {
        $(if let Some($value) = $option {
            $query = $query.filter($condition);
        })*
    };
}

impl Store {
    /// The rows that a filter names, newest first.
    pub fn audit_rows(&self, filter: &AuditFilter) -> Result<Vec<AuditRow>> {
        let mut query = joined!().into_boxed();
        narrow!(query,
            filter.wants(RowState::Failed) => |_any| conclusions::delivery_id.eq_any(failed()),
            filter.wants(RowState::Unprocessed) => |_any| not(conclusions::processed),
            filter.wants(RowState::Waiting) => |_any|
                not(conclusions::processed).and(conclusions::error.is_null()),
            // Whatever is held has an error: those have an index.
            filter.wants(RowState::Held) => |_any| conclusions::error.is_not_null(),
            filter.wants(RowState::Held) => |_any| conclusions::outcome.eq(Outcome::Held.as_str()),
            filter.wants(RowState::Done) => |_any| conclusions::processed.and(conclusions::error.is_null()),
            filter.wants(RowState::Done) => |_any| letters::error.nullable().is_null(),
            filter.outcome => |outcome| conclusions::outcome.eq(outcome.as_str()),
            filter.origin => |origin| deliveries::origin.eq(origin.as_str()),
            filter.kind.clone() => |kind| conclusions::kind.eq(kind),
            filter.product.clone() => |product|
                conclusions::delivery_id.eq_any(of_product(product.clone(), product)),
            filter.email.clone() => |email|
                conclusions::delivery_id.eq_any(of_buyer(email.to_lowercase(), [email.to_lowercase(), email].into())),
            filter.reason.as_deref().map(str::to_lowercase) => |text| {
                let own = lower(conclusions::error).like(containing(&text)).escape(ESCAPE);
                let why = lower(conclusions::reason).like(containing(&text)).escape(ESCAPE);
                let of_letter = lower(letters::error.nullable());
                let of_letter = of_letter.like(containing(own_words(&text))).escape(ESCAPE);
                own.or(why).or(of_letter).assume_not_null()
            },
            filter.source.clone() => |source| deliveries::source.eq(source),
            filter.order.clone() => |order|
                conclusions::order_id.eq(order.clone()).or(conclusions::sale_id.eq(order)).assume_not_null(),
            filter.since => |since| deliveries::received_at.ge(time::to_column(since)),
            filter.until => |until| deliveries::received_at.lt(time::to_column(until)),
            // Said of both tables: PostgreSQL does not conclude the one from the other, and reads from the end.
            filter.before => |before| conclusions::delivery_id.lt(before).and(deliveries::id.lt(before)),
        );
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
                (licenses::id, licenses::key, licenses::product_id).nullable(),
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
    product_id: Option<String>,
    _email: Option<String>,
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
    license: Option<(String, String, String)>,
    letter_error: Option<String>,
}

impl Row {
    fn into_audit_row(self) -> Result<AuditRow> {
        let Self { conclusion, delivery: (source, origin, received_at), license, letter_error } = self;
        let (license_id, license_key, licensed_product) = match license {
            Some((id, key, product)) => (Some(id), Some(key), Some(product)),
            None => (None, None, None),
        };
        let letter_error = letter_error.map(|error| format!("{LETTER_ERROR}{error}"));
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
            product_id: conclusion.product_id.or(licensed_product),
            license_id,
            license_key,
        })
    }
}
