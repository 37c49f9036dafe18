//! Issuing: license, letter and conclusion in one transaction, once for each order.

use super::row::{self, Row};
use super::{License, NewLicense, add_event};
use crate::conclusions::{self, Conclusion};
use crate::connection::AnyConnection;
use crate::connection::transaction::{self, Insertion};
use crate::letters::{self, Letter, NewLetter};
use crate::schema::licenses;
use crate::{Error, LicenseStatus, Outcome, Pending, Result, Store};
use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};

/// A license with its letter and the end of the attempt that led to it: one transaction.
#[derive(Debug, Clone)]
pub struct Issue {
    /// The license, written if the order has none.
    pub license: NewLicense,
    /// Its letter, written with it.
    pub letter: NewLetter,
    /// The end of the attempt; its outcome is set here: minted or found.
    pub conclusion: Conclusion,
}

/// Whether a license was made now or was there before. The first writer wins.
#[derive(Debug, Clone)]
pub enum Issued {
    /// The license and the letter of this very transaction.
    Now(License, Letter),
    /// What the order had already, with its newest letter.
    Before(License, Option<Letter>),
}

impl Store {
    /// Writes license, letter and conclusion, or finds what an earlier delivery of the order has led to.
    pub fn issue(&self, issue: Issue) -> Pending<Issued> {
        self.write(move |connection| write(connection, issue))
    }
}

fn write(connection: &mut AnyConnection, issue: Issue) -> Result<Issued> {
    let Issue { license, letter, conclusion } = issue;
    let now = conclusion.at;
    let mut number = 0;
    let insertion = transaction::insert_unless_taken(connection, |connection| {
        number = row::insert(connection, &license, now)?;
        Ok(1)
    })?;
    match insertion {
        Insertion::Done => minted(connection, number, license, letter, conclusion),
        Insertion::Taken => found(connection, &license, conclusion),
    }
}

fn minted(
    connection: &mut AnyConnection,
    number: i64,
    terms: NewLicense,
    letter: NewLetter,
    conclusion: Conclusion,
) -> Result<Issued> {
    let now = conclusion.at;
    let letter = letters::insert(connection, number, &terms.id, letter, now)?;
    add_event(connection, number, now, "minted", Some(conclusion.delivery_id), None)?;
    let conclusion = Conclusion { outcome: Some(Outcome::Minted), ..conclusion };
    conclusions::write(connection, &conclusion, Some(number))?;
    Ok(Issued::Now(License { terms, status: LicenseStatus::Active, created_at: now }, letter))
}

fn found(connection: &mut AnyConnection, new: &NewLicense, conclusion: Conclusion) -> Result<Issued> {
    let (number, license) = of_same_order(connection, new)?;
    let letter = letters::newest(connection, number)?;
    let conclusion = Conclusion { outcome: Some(Outcome::Found), ..conclusion };
    conclusions::write(connection, &conclusion, Some(number))?;
    Ok(Issued::Before(license, letter))
}

fn of_same_order(connection: &mut AnyConnection, new: &NewLicense) -> Result<(i64, License)> {
    let row: Option<Row> = licenses::table
        .filter(licenses::source.eq(&new.source).and(licenses::mode.eq(&new.mode)))
        .filter(licenses::source_order_id.eq(&new.source_order_id).and(licenses::item.eq(new.item)))
        .first(connection)
        .optional()?;
    // The conflict was about the id or the key: another order has them, which no honest key makes happen.
    let row = row.ok_or_else(|| Error::Corrupt("another order holds this license key".to_owned()))?;
    Ok((row.number, row.into_license()?))
}
