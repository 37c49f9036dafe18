//! Issuing on SQLite: one by one, by statements that stay prepared.

use super::{Issue, Written, held_by_another_order};
use crate::conclusions::{self, Conclusion};
use crate::connection::statement::Fixed;
use crate::letters::{self, Letter};
use crate::licenses::Row;
use crate::licenses::{License, NewLicense};
use crate::schema::{
    conclusions as conclusion_table, deliveries, letters as letter_table, license_events, licenses,
};
use crate::{LicenseStatus, Outcome, Result, time};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, RunQueryDsl,
    SqliteConnection,
};
use jiff::Timestamp;

pub(super) fn write(connection: &mut SqliteConnection, issue: &Issue) -> Result<Written> {
    let Issue { license, letter, conclusion } = issue;
    if has_been_told(connection, license, conclusion)? {
        return match of_same_order(connection, license)? {
            Some((number, before)) => found(connection, number, before, conclusion),
            None => Ok(Written::Contested),
        };
    }
    let Some(number) = insert(connection, license, conclusion.at)? else {
        let (number, before) = of_same_order(connection, license)?.ok_or_else(held_by_another_order)?;
        return found(connection, number, before, conclusion);
    };
    let letter = letters::first::insert(connection, number, letter, conclusion.at)?;
    add_event(connection, number, conclusion)?;
    let conclusion = Conclusion { outcome: Some(Outcome::Minted), ..conclusion.clone() };
    conclusions::write(connection, &conclusion, Some(number))?;
    Ok(Written::Now(letter))
}

/// Whether another delivery of the order was concluded, whatever it said.
fn has_been_told(
    connection: &mut SqliteConnection,
    license: &NewLicense,
    conclusion: &Conclusion,
) -> QueryResult<bool> {
    struct Told;
    let told = conclusion_table::table
        .inner_join(deliveries::table)
        .filter(deliveries::source.eq(&license.source).and(conclusion_table::mode.eq(&license.mode)))
        .filter(conclusion_table::order_id.eq(&conclusion.subject.order_id))
        .filter(conclusion_table::delivery_id.ne(conclusion.delivery_id))
        .select(conclusion_table::delivery_id);
    let found: Option<i64> = Fixed::<Told, _>::new(told).get_result(connection).optional()?;
    Ok(found.is_some())
}

/// Its number, unless the order has one already, or another order has its id or key.
fn insert(connection: &mut SqliteConnection, new: &NewLicense, now: Timestamp) -> QueryResult<Option<i64>> {
    struct Insert;
    let insert = diesel::insert_into(licenses::table)
        .values((
            licenses::id.eq(&new.id),
            licenses::key.eq(&new.key),
            licenses::blob.eq(&new.blob),
            licenses::line.eq(&new.line),
            licenses::product_id.eq(&new.product_id),
            licenses::product_name.eq(&new.product_name),
            licenses::tier.eq(&new.tier),
            licenses::status.eq(LicenseStatus::Active.as_str()),
            licenses::seats.eq(new.seats),
            licenses::email.eq(&new.email),
            licenses::name.eq(&new.name),
            licenses::source.eq(&new.source),
            licenses::origin.eq(new.origin.as_str()),
            licenses::mode.eq(&new.mode),
            licenses::source_order_id.eq(&new.source_order_id),
            licenses::item.eq(new.item),
            licenses::issued_at.eq(time::to_column(new.issued_at)),
            licenses::expires_at.eq(new.expires_at.map(time::to_column)),
            licenses::updates_until.eq(new.updates_until.map(time::to_column)),
            licenses::seq.eq(new.seq),
            licenses::created_at.eq(time::to_column(now)),
        ))
        .on_conflict_do_nothing()
        .returning(licenses::number);
    Fixed::<Insert, _>::new(insert).get_result(connection).optional()
}

fn add_event(connection: &mut SqliteConnection, number: i64, conclusion: &Conclusion) -> QueryResult<usize> {
    diesel::insert_into(license_events::table)
        .values((
            license_events::license_number.eq(number),
            license_events::at.eq(time::to_column(conclusion.at)),
            license_events::event.eq("minted"),
            license_events::delivery_id.eq(conclusion.delivery_id),
        ))
        .execute(connection)
}

fn found(
    connection: &mut SqliteConnection,
    number: i64,
    license: License,
    conclusion: &Conclusion,
) -> Result<Written> {
    if license.state.status != LicenseStatus::Active {
        return Ok(Written::Contested);
    }
    let letter: Option<letters::Row> = letter_table::table
        .filter(letter_table::license_number.eq(number).and(letter_table::replaced.eq(false)))
        .get_result(connection)
        .optional()?;
    let letter: Option<Letter> = letter.map(|row| row.into_letter(license.terms.id.clone())).transpose()?;
    let conclusion = Conclusion { outcome: Some(Outcome::Found), ..conclusion.clone() };
    conclusions::write(connection, &conclusion, Some(number))?;
    Ok(Written::Before(Box::new((license, letter))))
}

fn of_same_order(connection: &mut SqliteConnection, new: &NewLicense) -> Result<Option<(i64, License)>> {
    let row: Option<Row> = licenses::table
        .filter(licenses::source.eq(&new.source).and(licenses::mode.eq(&new.mode)))
        .filter(licenses::source_order_id.eq(&new.source_order_id).and(licenses::item.eq(new.item)))
        // Whoever was erased is not brought back: such an order is settled.
        .filter(licenses::email.ne(""))
        .get_result(connection)
        .optional()?;
    row.map(|row| Ok((row.number, row.into_license()?))).transpose()
}
