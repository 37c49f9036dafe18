//! Addresses that nothing is sent to by itself, since mail to them came back or its reader complained.

use super::LetterReport;
use crate::connection::AnyConnection;
use crate::schema::{licenses, suppressions};
use crate::{Fate, Result, time};
use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::sql_types::{Nullable, Text};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, RunQueryDsl};
use jiff::Timestamp;

/// What the failure of a letter is called that was not sent for this.
pub(super) const SUPPRESSED: &str = "suppressed";

/// Why nothing is sent to the recipient of a letter, as a column; null if it is sent.
pub(super) fn why() -> SqlLiteral<Nullable<Text>> {
    sql("(SELECT words FROM suppressions WHERE address = lower(letters.recipient) \
         AND (lifted_at IS NULL OR lifted_at < since))")
}

/// Does what a report says of an address: of a letter's own, or else of one that a license has gone to.
pub(super) fn follow(
    connection: &mut AnyConnection,
    report: &LetterReport,
    recipient: Option<&str>,
) -> Result<()> {
    let told = recipient.or(report.recipient.as_deref());
    let Some(address) = told else { return Ok(()) };
    match report.fate {
        Fate::Noted | Fate::Delivered | Fate::Refused => Ok(()),
        Fate::Reactivated => Ok(lift(connection, address, report.at)?),
        Fate::Bounced | Fate::Complained | Fate::Suppressed => {
            // A provider's account may send for others too: their readers are none of our business.
            if recipient.is_some() || is_a_buyers(connection, address)? {
                suppress(connection, address, report)?;
            }
            Ok(())
        }
    }
}

/// Sends to an address again. What came back before `at` no longer counts, however late it is told.
pub(super) fn lift(connection: &mut AnyConnection, address: &str, at: Timestamp) -> QueryResult<()> {
    let at = time::to_column(at);
    let row = suppressions::table.find(address.to_lowercase());
    let lifted: Option<Option<i64>> = row.select(suppressions::lifted_at).first(connection).optional()?;
    let Some(lifted) = lifted else { return Ok(()) };
    let at = lifted.map_or(at, |lifted| lifted.max(at));
    diesel::update(suppressions::table.find(address.to_lowercase()))
        .set(suppressions::lifted_at.eq(at))
        .execute(connection)?;
    Ok(())
}

/// The newest report gives the reason.
fn suppress(connection: &mut AnyConnection, address: &str, report: &LetterReport) -> QueryResult<()> {
    let address = address.to_lowercase();
    let since: Option<i64> =
        suppressions::table.find(&address).select(suppressions::since).first(connection).optional()?;
    let told = (
        suppressions::words.eq(&report.words),
        suppressions::since.eq(time::to_column(report.at)),
        suppressions::delivery_id.eq(report.delivery_id),
    );
    match since {
        None => {
            let row = (suppressions::address.eq(address), told);
            diesel::insert_into(suppressions::table).values(row).execute(connection)?;
        }
        Some(since) if since < time::to_column(report.at) => {
            diesel::update(suppressions::table.find(address)).set(told).execute(connection)?;
        }
        Some(_) => {}
    }
    Ok(())
}

fn is_a_buyers(connection: &mut AnyConnection, address: &str) -> QueryResult<bool> {
    let spellings = [address.to_owned(), address.to_lowercase()];
    let of_buyer = licenses::table.filter(licenses::email.eq_any(spellings));
    let found: Option<i64> = of_buyer.select(licenses::number).first(connection).optional()?;
    Ok(found.is_some())
}

/// Why nothing is sent to an address.
pub(super) fn reason(connection: &mut AnyConnection, address: &str) -> QueryResult<Option<String>> {
    let row: Option<(String, i64, Option<i64>)> = suppressions::table
        .find(address.to_lowercase())
        .select((suppressions::words, suppressions::since, suppressions::lifted_at))
        .first(connection)
        .optional()?;
    Ok(row.filter(|(_, since, lifted)| lifted.is_none_or(|lifted| lifted < *since)).map(|(words, ..)| words))
}
