//! Which licenses are asked for.

use super::{License, Row};
use crate::rows::{ESCAPE, containing, lower};
use crate::schema::licenses;
use crate::{LicenseStatus, Result, Store, time};
use diesel::{
    BoolExpressionMethods, EscapeExpressionMethods, ExpressionMethods, NullableExpressionMethods, QueryDsl,
    RunQueryDsl, TextExpressionMethods,
};
use jiff::Timestamp;

/// Which licenses to list, newest first. Every condition that is set must hold.
#[derive(Debug, Clone, Default)]
pub struct LicenseFilter {
    /// A license id, key, order id, or e-mail address.
    pub named: Option<String>,
    /// Each of these is a part of the address, the name, the order, the key, the id or the product, in letters of
    /// either case.
    pub words: Vec<String>,
    /// Only these.
    pub status: Option<LicenseStatus>,
    /// Only this product, by the store's id.
    pub product: Option<String>,
    /// Only this source.
    pub source: Option<String>,
    /// Only this buyer's address, in letters of either case.
    pub email: Option<String>,
    /// `live` or `test`.
    pub mode: Option<String>,
    /// Only what was sold at or after this time.
    pub since: Option<Timestamp>,
    /// At most this many.
    pub limit: Option<i64>,
}

impl LicenseFilter {
    /// The licenses of an id, key, order or address.
    pub fn named(name: &str) -> Self {
        Self { named: Some(name.to_owned()), ..Self::default() }
    }
}

/// Whether a column contains the text of a pattern; of every column another type.
macro_rules! has {
    ($column:expr, $pattern:expr) => {
        lower($column.nullable()).like($pattern.clone()).escape(ESCAPE)
    };
}

impl Store {
    /// The licenses that a filter names, newest first.
    pub fn licenses(&self, filter: &LicenseFilter) -> Result<Vec<License>> {
        let mut query = licenses::table.into_boxed();
        if let Some(name) = filter.named.clone() {
            let by_key = licenses::id.eq(name.clone()).or(licenses::key.eq(name.clone()));
            let by_order = licenses::source_order_id.eq(name.clone()).or(licenses::email.eq(name));
            query = query.filter(by_key.or(by_order));
        }
        for word in &filter.words {
            let pattern = containing(&word.to_lowercase());
            let of_buyer = has!(licenses::email, pattern).or(has!(licenses::name, pattern));
            let of_product = has!(licenses::product_id, pattern).or(has!(licenses::product_name, pattern));
            let of_license = has!(licenses::key, pattern).or(has!(licenses::id, pattern));
            let of_order = has!(licenses::source_order_id, pattern);
            query = query.filter(of_buyer.or(of_product).or(of_license).or(of_order).assume_not_null());
        }
        if let Some(status) = filter.status {
            query = query.filter(licenses::status.eq(status.as_str()));
        }
        if let Some(product) = filter.product.clone() {
            query = query.filter(licenses::product_id.eq(product));
        }
        if let Some(source) = filter.source.clone() {
            query = query.filter(licenses::source.eq(source));
        }
        if let Some(email) = &filter.email {
            query = query
                .filter(lower(licenses::email.nullable()).eq(email.trim().to_lowercase()).assume_not_null());
        }
        if let Some(mode) = filter.mode.clone() {
            query = query.filter(licenses::mode.eq(mode));
        }
        if let Some(since) = filter.since {
            query = query.filter(licenses::issued_at.ge(time::to_column(since)));
        }
        if let Some(limit) = filter.limit {
            query = query.limit(limit);
        }
        let rows: Vec<Row> =
            self.read(|connection| Ok(query.order(licenses::number.desc()).load(connection)?))?;
        rows.into_iter().map(Row::into_license).collect()
    }
}
