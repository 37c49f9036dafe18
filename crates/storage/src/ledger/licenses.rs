//! The licenses of an order, as they come and change.

use super::{Ledger, OrderName};
use crate::connection::transaction::{Insertion, insert_unless_taken};
use crate::letters::{self, Letter};
use crate::licenses::{LicenseState, NewLicense, Row};
use crate::schema::licenses;
use crate::{Error, License, Result, time};
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};

/// A license of an order, with its newest letter.
#[derive(Debug, Clone)]
pub struct Held {
    /// The license.
    pub license: License,
    /// Its newest letter.
    pub letter: Option<Letter>,
}

/// A license that is to be written down.
#[derive(Debug, Clone)]
pub struct Mint {
    /// What it is made with.
    pub license: NewLicense,
    /// What it is good for.
    pub state: LicenseState,
}

/// What a license becomes. Its id stays.
#[derive(Debug, Clone)]
pub struct Revision {
    /// The license id.
    pub license_id: String,
    /// What it says from now on.
    pub license: NewLicense,
    /// What it is good for.
    pub state: LicenseState,
}

/// A line in the history of a license.
#[derive(Debug, Clone)]
pub struct Change<'a> {
    /// What happened, such as `renewed`.
    pub event: &'a str,
    /// The delivery that caused it.
    pub delivery_id: Option<i64>,
    /// Anything else worth knowing.
    pub detail: Option<&'a str>,
}

impl Ledger<'_> {
    /// The licenses of an order, by item.
    pub fn licenses_of(&mut self, order: &OrderName) -> Result<Vec<Held>> {
        let rows: Vec<Row> = licenses::table
            .filter(licenses::source_order_id.eq(&order.order_id))
            .filter(licenses::source.eq(&order.source))
            .filter(licenses::mode.eq(&order.mode))
            .order(licenses::item)
            .load(self.connection)?;
        let mut held = Vec::with_capacity(rows.len());
        for row in rows {
            let letter = letters::newest(self.connection, row.number)?;
            held.push(Held { license: row.into_license()?, letter });
        }
        Ok(held)
    }

    /// Writes a license down.
    ///
    /// # Errors
    /// Another order has its key.
    pub fn mint(&mut self, mint: &Mint, change: &Change<'_>) -> Result<()> {
        let Mint { license, state } = mint;
        let created_at = time::to_column(self.now);
        let inserted = insert_unless_taken(self.connection, |connection| {
            diesel::insert_into(licenses::table)
                .values((
                    (
                        licenses::id.eq(&license.id),
                        licenses::line.eq(&license.line),
                        licenses::product_id.eq(&license.product_id),
                        licenses::tier.eq(&license.tier),
                        licenses::source.eq(&license.source),
                        licenses::origin.eq(license.origin.as_str()),
                        licenses::mode.eq(&license.mode),
                        licenses::source_order_id.eq(&license.source_order_id),
                        licenses::item.eq(license.item),
                        licenses::created_at.eq(created_at),
                    ),
                    said(license),
                    standing(state),
                ))
                .execute(connection)
        })?;
        match inserted {
            Insertion::Done => self.add_change(&license.id, change),
            Insertion::Taken => Err(Error::Corrupt("another order holds this license key".to_owned())),
        }
    }

    /// Changes a license.
    pub fn revise(&mut self, revision: &Revision) -> Result<()> {
        diesel::update(licenses::table.filter(licenses::id.eq(&revision.license_id)))
            .set((said(&revision.license), standing(&revision.state)))
            .execute(self.connection)?;
        Ok(())
    }

    /// Adds a line to the history of a license.
    pub fn add_change(&mut self, license_id: &str, change: &Change<'_>) -> Result<()> {
        let number = self.number(license_id)?;
        let Change { event, delivery_id, detail } = change;
        crate::licenses::add_event(self.connection, number, self.now, event, *delivery_id, *detail)
    }

    pub(super) fn number(&mut self, license_id: &str) -> Result<i64> {
        Ok(crate::licenses::number(self.connection, license_id)?.ok_or(diesel::NotFound)?)
    }
}

/// The columns of what a license says, which change with it.
#[diesel::dsl::auto_type(no_type_alias)]
fn said(license: &NewLicense) -> _ {
    let (key, blob): (&str, &str) = (license.key.as_str(), license.blob.as_str());
    let product_name: &str = license.product_name.as_str();
    let email: &str = license.email.as_str();
    let name: &str = license.name.as_str();
    let issued_at: i64 = time::to_column(license.issued_at);
    let expires_at: Option<i64> = time::to_optional_column(license.expires_at);
    let updates_until: Option<i64> = time::to_optional_column(license.updates_until);
    let (seats, seq): (i64, i64) = (license.seats, license.seq);
    (
        licenses::key.eq(key),
        licenses::blob.eq(blob),
        licenses::product_name.eq(product_name),
        licenses::email.eq(email),
        licenses::name.eq(name),
        licenses::seats.eq(seats),
        licenses::issued_at.eq(issued_at),
        licenses::expires_at.eq(expires_at),
        licenses::updates_until.eq(updates_until),
        licenses::seq.eq(seq),
    )
}

/// The columns of what a license is good for.
#[diesel::dsl::auto_type(no_type_alias)]
fn standing(state: &LicenseState) -> _ {
    let status: &'static str = state.status.as_str();
    let void_below: i64 = state.void_below;
    let cancelled_at: Option<i64> = time::to_optional_column(state.cancelled_at);
    let plan: Option<&str> = state.plan.as_deref();
    let review_at: Option<i64> = time::to_optional_column(state.review_at);
    (
        licenses::status.eq(status),
        licenses::void_below.eq(void_below),
        licenses::cancelled_at.eq(cancelled_at),
        licenses::plan.eq(plan),
        licenses::review_at.eq(review_at),
    )
}
