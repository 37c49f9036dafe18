//! The clock of the database, by which claims run out: the clocks of several servers need not agree.

use crate::connection::AnyConnection;
use diesel::dsl::{AsExprOf, sql};
use diesel::expression::{SqlLiteral, UncheckedBind};
use diesel::sql_types::{BigInt, Bool, Nullable};
use jiff::SignedDuration;

/// The time now in Unix milliseconds, as an expression. Not the time at which the transaction began: it may have
/// waited for its turn.
pub(super) fn now(connection: &AnyConnection) -> &'static str {
    match connection {
        AnyConnection::Sqlite(_) => "CAST(unixepoch('subsec') * 1000 AS INTEGER)",
        AnyConnection::Postgres(_) => "(EXTRACT(EPOCH FROM statement_timestamp()) * 1000)::BIGINT",
    }
}

/// The time at which a claim runs out that holds for `lease` from now on. The text is always the same.
pub(super) fn after(connection: &AnyConnection, lease: SignedDuration) -> After {
    sql(&format!("{} + ", now(connection))).bind::<BigInt, _>(milliseconds(lease))
}

pub(super) type After = UncheckedBind<SqlLiteral<Nullable<BigInt>>, AsExprOf<i64, BigInt>>;

/// Whether a letter's claim has run out.
pub(super) fn has_run_out(connection: &AnyConnection) -> SqlLiteral<Bool> {
    sql(&format!("leased_until <= {}", now(connection)))
}

pub(super) fn milliseconds(lease: SignedDuration) -> i64 {
    i64::try_from(lease.as_millis()).unwrap_or(i64::MAX)
}
