//! What a worker needs of the letters that it has in hand.

use super::row::Row;
use super::{ClaimedLetter, Enclosed, enclosures, suppressions};
use crate::connection::AnyConnection;
use crate::connection::statement::Fixed;
use crate::schema::letters;
use crate::{LetterState, Result, Store, licenses};
use diesel::dsl::sql;
use diesel::sql_types::{BigInt, Nullable};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, NullableExpressionMethods, OptionalExtension, QueryDsl,
    RunQueryDsl,
};

impl Store {
    /// The licenses that a letter brings or is about, in the order of their numbers.
    pub fn licenses_in_letter(&self, leader: i64) -> Result<Vec<Enclosed>> {
        self.read(|connection| {
            let rows: Vec<(Option<String>, licenses::Row)> = in_letter!(leader).load(connection)?;
            rows.into_iter().map(enclosed).collect()
        })
    }
}

/// Letters that were taken in hand, with what they bring.
pub(super) fn with_licenses(connection: &mut AnyConnection, ids: &[i64]) -> Result<Vec<ClaimedLetter>> {
    let rows: Vec<InHand> = in_hand!().filter(letters::id.eq_any(ids)).order(letters::id).load(connection)?;
    rows.into_iter().map(|row| claimed(connection, row)).collect()
}

/// As [`with_licenses`]. One is claimed for nearly every delivery, so its statement is prepared once.
pub(super) fn with_license(connection: &mut AnyConnection, id: i64) -> Result<Option<ClaimedLetter>> {
    struct WithLicense;
    let question = Fixed::<WithLicense, _>::new(in_hand!().filter(letters::id.eq(id)));
    let row: Option<InHand> = question.get_result(connection).optional()?;
    row.map(|row| claimed(connection, row)).transpose()
}

type InHand = (Row, licenses::Row, bool, Option<String>, Option<i64>);

/// A letter does not know what it was written for, and its license does.
const LAST_DELIVERY: &str = "(SELECT delivery_id FROM license_events \
    WHERE license_events.license_number = letters.license_number AND delivery_id IS NOT NULL \
    ORDER BY license_events.id DESC LIMIT 1)";

/// Of either question the same columns of the same tables.
macro_rules! in_hand {
    () => {
        letters::table.inner_join(crate::schema::licenses::table).select((
            letters::all_columns,
            crate::schema::licenses::all_columns,
            enclosures::leads(),
            suppressions::why(),
            sql::<Nullable<BigInt>>(LAST_DELIVERY),
        ))
    };
}
use in_hand;

/// The licenses of a letter and of what is enclosed in it.
macro_rules! in_letter {
    ($leader:expr) => {
        letters::table
            .inner_join(crate::schema::licenses::table)
            .filter(letters::id.eq($leader).or(letters::enclosed_in.eq($leader).assume_not_null()))
            .order(letters::license_number)
            .select((letters::download, crate::schema::licenses::all_columns))
    };
}
use in_letter;

fn claimed(connection: &mut AnyConnection, in_hand: InHand) -> Result<ClaimedLetter> {
    let (letter, license, leads, suppressed, delivery) = in_hand;
    let id = letter.id;
    let license = license.into_license()?;
    let letter = letter.into_letter(license.terms.id.clone())?;
    let licenses = if leads {
        group(connection, id)?
    } else {
        vec![Enclosed { license, download: letter.download.clone() }]
    };
    Ok(ClaimedLetter { letter, licenses, suppressed, delivery })
}

/// The licenses of a letter that others are enclosed in; those are in hand with it from now on.
fn group(connection: &mut AnyConnection, leader: i64) -> Result<Vec<Enclosed>> {
    enclosures::follow(connection, &[leader])?;
    let in_hand = letters::state.eq(LetterState::Sending.as_str());
    let rows: Vec<(Option<String>, licenses::Row)> = in_letter!(leader).filter(in_hand).load(connection)?;
    rows.into_iter().map(enclosed).collect()
}

fn enclosed((download, license): (Option<String>, licenses::Row)) -> Result<Enclosed> {
    Ok(Enclosed { license: license.into_license()?, download })
}
