//! Licenses by the key that their blobs are signed with.

use super::Ledger;
use crate::licenses::Row;
use crate::schema::licenses;
use crate::{License, Result, Store};
use diesel::dsl::{count_star, sql};
use diesel::expression::SqlLiteral;
use diesel::sql_types::Text;
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};

impl Store {
    /// How many licenses have a blob under one of these keys. Reads every blob.
    pub fn count_signed_with(&self, kids: &[String]) -> Result<i64> {
        self.read(|connection| {
            Ok(licenses::table.filter(signer().eq_any(kids)).select(count_star()).first(connection)?)
        })
    }
}

impl Ledger<'_> {
    /// The next licenses behind the number `after` whose blobs are under one of these keys, with their numbers.
    pub fn signed_with(&mut self, kids: &[String], after: i64, limit: i64) -> Result<Vec<(i64, License)>> {
        let rows: Vec<Row> = licenses::table
            .filter(licenses::number.gt(after))
            .filter(signer().eq_any(kids))
            .order(licenses::number)
            .limit(limit)
            .load(self.connection)?;
        rows.into_iter().map(|row| Ok((row.number, row.into_license()?))).collect()
    }
}

/// The key id in a blob: eleven characters behind `DTLIC2:`.
fn signer() -> SqlLiteral<Text> {
    sql("substr(licenses.blob, 8, 11)")
}
