//! The catalog beside what stores have named: what was sold without an entry, and which entries do not fit.

use super::Catalog;
use super::product::{Licensed, Product};
use crate::lifecycle::Expires;
use crate::printable;
use jiff::Timestamp;
use mintmark_adapters::manual::Mint;
use serde::Serialize;
use std::collections::BTreeMap;

/// Source and id of a product.
pub(crate) type ProductName = (String, String);

/// What deliveries tell of one product.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Sold {
    /// How many sales named it.
    pub(crate) sales: u64,
    /// How many of them were of a subscription.
    pub(crate) subscriptions: u64,
    /// When the newest came.
    pub(crate) newest_at: Option<Timestamp>,
    /// The number of the newest.
    pub(crate) example: Option<i64>,
    /// How the store calls it.
    pub(crate) name: Option<String>,
}

/// A product, compared. With `--json` it is printed as it is here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ComparedProduct {
    /// What the comparison shows.
    pub state: ProductState,
    /// The source's name.
    pub source: String,
    /// The store's id of the product.
    pub product_id: String,
    /// How the store calls it; `None` if it was not sold, or the store does not say.
    pub store_name: Option<String>,
    /// How many sales named it.
    pub sales: u64,
    /// When the newest came.
    pub newest_at: Option<Timestamp>,
    /// The delivery that told of it.
    pub example: Option<i64>,
    /// What is to be said of it; `None` if nothing is.
    pub words: Option<String>,
    /// A line for `config/products.yaml`, below its source; of a product without an entry.
    pub yaml: Option<String>,
}

/// What the comparison of a product shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProductState {
    /// It was sold and has no entry.
    Missing,
    /// Its entry asks for what its sales do not have, so they fail.
    Unfit,
    /// Its entry calls it otherwise than the store does.
    Renamed,
    /// It has an entry and was not sold.
    Unsold,
    /// It was sold as its entry expects.
    Ok,
}

impl Catalog {
    /// Every product that was sold or has an entry, what is wrong first.
    pub(crate) fn compare(&self, sold: BTreeMap<ProductName, Sold>) -> Vec<ComparedProduct> {
        let unsold = self.products.keys().filter(|name| !sold.contains_key(*name));
        let unsold: Vec<_> = unsold.map(|name| (name.clone(), Sold::default())).collect();
        let mut compared: Vec<_> = sold
            .into_iter()
            .chain(unsold)
            .map(|((source, id), sold)| self.compare_one(source, id, sold))
            .collect();
        compared.sort_by(|one, other| {
            let key = |product: &ComparedProduct| {
                (product.state, product.source.clone(), product.product_id.clone())
            };
            key(one).cmp(&key(other))
        });
        compared
    }

    fn compare_one(&self, source: String, product_id: String, sold: Sold) -> ComparedProduct {
        let entry = self.product(&source, &product_id);
        let (state, words) = judge(entry, &source, &sold);
        let yaml = (state == ProductState::Missing).then(|| line(&product_id, &sold));
        let Sold { sales, newest_at, example, name, .. } = sold;
        ComparedProduct {
            state,
            source,
            product_id,
            store_name: name,
            sales,
            newest_at,
            example,
            words,
            yaml,
        }
    }
}

fn judge(entry: Option<&Product>, source: &str, sold: &Sold) -> (ProductState, Option<String>) {
    match entry {
        None => (
            ProductState::Missing,
            Some("it is sold and has no entry, so its buyers get no license".to_owned()),
        ),
        Some(_) if sold.sales == 0 => {
            (ProductState::Unsold, Some("it has an entry, and no sale named it".to_owned()))
        }
        Some(Product::Ignored | Product::Bundle(_)) => (ProductState::Ok, None),
        Some(Product::Licensed(licensed)) => judge_license(licensed, source, sold),
    }
}

fn judge_license(licensed: &Licensed, source: &str, sold: &Sold) -> (ProductState, Option<String>) {
    let single = sold.sales - sold.subscriptions;
    if matches!(licensed.policy.expires, Expires::Subscription) && single > 0 && source != Mint::SOURCE {
        let words = format!(
            "expires: subscription, but {single} of {} sold had no subscription, and their buyers get no license",
            sold.sales
        );
        return (ProductState::Unfit, Some(words));
    }
    match (&licensed.name, &sold.name) {
        (Some(ours), Some(theirs)) if ours != theirs => {
            let words = format!("letters call it {}", printable(ours));
            (ProductState::Renamed, Some(words))
        }
        _ => (ProductState::Ok, None),
    }
}

/// The tier is the seller's to choose; what else the sales tell stands there.
fn line(product_id: &str, sold: &Sold) -> String {
    let entry = match sold.subscriptions {
        0 => "core".to_owned(),
        _ => "{ tier: core, expires: subscription }".to_owned(),
    };
    let name = sold.name.as_deref().map(|name| format!("  # {}", printable(name))).unwrap_or_default();
    format!("  {}: {entry}{name}", key(product_id))
}

/// Anything that YAML could take for something else is quoted.
fn key(product_id: &str) -> String {
    let is_plain = product_id.starts_with(|first: char| first.is_ascii_alphabetic())
        && product_id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_=".contains(&byte));
    let is_word = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
        .contains(&product_id.to_ascii_lowercase().as_str());
    if is_plain && !is_word {
        return product_id.to_owned();
    }
    format!("\"{}\"", printable(product_id).replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_to_paste_is_yaml_whatever_the_product_is_called() {
        let sold = |name: &str, subscriptions| Sold {
            sales: 2,
            subscriptions,
            name: Some(name.to_owned()),
            ..Sold::default()
        };
        assert_eq!(line("qmgyx", &sold("Data Tools", 0)), "  qmgyx: core  # Data Tools");
        let member = line("3kUm7x==", &sold("a\nb: c", 1));
        assert_eq!(member, "  \"3kUm7x==\": { tier: core, expires: subscription }  # a\\u{a}b: c");
        assert_eq!(line("no", &Sold::default()), "  \"no\": core");
        assert_eq!(line("a: \"b", &Sold::default()), "  \"a: \\\"b\": core");
    }
}
