//! The catalog, compared with what deliveries have named.

use crate::catalog::{Catalog, ComparedProduct, ProductName, Sold};
use crate::records::Records;
use crate::settings::Settings;
use crate::{Error, ProductState, check};
use jiff::Timestamp;
use mintmark_storage::{Delivery, Sales};
use serde_json::Value;
use std::collections::BTreeMap;

/// So many of the newest sales are looked at; beyond, only those that nothing came of.
const MOST_SALES: u64 = 100_000;
/// Bodies that are in memory at once.
const PAGE: i64 = 500;
/// A sender may make up as many products as it likes.
const MOST_PRODUCTS: usize = 10_000;

/// How the catalog compares with what was sold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductReport {
    /// Every product that was sold or has an entry, what is wrong first.
    pub products: Vec<ComparedProduct>,
    /// How many sales were looked at.
    pub sales: u64,
    /// Whether there were more of them, which were fulfilled and not looked at.
    pub is_cut: bool,
}

impl ProductReport {
    /// Whether everything that was sold has an entry that fits.
    pub fn is_sound(&self) -> bool {
        !self
            .products
            .iter()
            .any(|product| matches!(product.state, ProductState::Missing | ProductState::Unfit))
    }
}

/// Compares the products file with the sales that were told of since then.
///
/// # Errors
/// The products file holds mistakes, or the database fails.
pub fn check_products(settings: &Settings, since: Timestamp) -> Result<ProductReport, Error> {
    let catalog: Catalog = check(settings)?;
    let mut tally = Tally { records: Records::open(settings)?, sold: BTreeMap::new(), sales: 0 };
    let last = tally.read(Sales::All, since, None)?;
    // A product that failed long ago is no less without an entry.
    let is_cut = last.is_some();
    if is_cut {
        tally.read(Sales::Unprocessed, since, last)?;
    }
    Ok(ProductReport { products: catalog.compare(tally.sold), sales: tally.sales, is_cut })
}

/// What has been read so far.
struct Tally {
    records: Records,
    sold: BTreeMap<ProductName, Sold>,
    sales: u64,
}

impl Tally {
    /// Reads page by page, newest first; answers with the last number if it ends before all are read.
    fn read(&mut self, which: Sales, since: Timestamp, before: Option<i64>) -> Result<Option<i64>, Error> {
        let (mut before, mut read) = (before, 0);
        loop {
            let page = self.records.store.sales(which, since, before, PAGE)?;
            let Some(last) = page.last() else { return Ok(None) };
            before = Some(last.id);
            for delivery in &page {
                self.count(delivery);
                read += 1;
            }
            if read >= MOST_SALES {
                return Ok(before);
            }
        }
    }

    /// One that cannot be read names nothing.
    fn count(&mut self, delivery: &Delivery) {
        self.sales += 1;
        let facts = self.records.interpret(delivery).and_then(|told| told.facts);
        let Some(facts) = facts else { return };
        let text = |name: &str| facts.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let Some(product_id) = text("product_id") else { return };
        let name = (delivery.recorded.source.clone(), product_id.to_owned());
        if self.sold.len() >= MOST_PRODUCTS && !self.sold.contains_key(&name) {
            return;
        }
        let sold = self.sold.entry(name).or_default();
        sold.sales += 1;
        sold.subscriptions += u64::from(text("subscription_id").or(text("recurrence")).is_some());
        // The newest comes first.
        sold.newest_at = sold.newest_at.or(Some(delivery.recorded.received_at));
        sold.example = sold.example.or(Some(delivery.id));
        sold.name = sold.name.take().or_else(|| text("product_name").map(str::to_owned));
    }
}
