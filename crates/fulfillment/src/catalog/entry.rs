//! Entries of the catalog: from the tree of the file to checked products.

use super::check::Check;
use super::keys::{licensed, read_key};
use super::product::{Keys, Product};
use super::yaml::{Node, Pair};
use crate::lifecycle::Seats;
use std::collections::{HashMap, HashSet};

/// All products of the file; what is wrong is left out and reported.
pub(super) fn products(tree: Node, check: &mut Check<'_>) -> HashMap<(String, String), Product> {
    let mut products = HashMap::new();
    for source in check.mapping(1, "the file", tree) {
        if check.sources.get(&source.key).is_none() {
            check.refuse::<()>(source.line, format!("there is no source {}", source.key));
        }
        let entries = check.mapping(source.line, &source.key, source.value);
        let known: HashSet<String> = entries.iter().map(|entry| entry.key.clone()).collect();
        for entry in entries {
            let (id, line) = (entry.key.clone(), entry.line);
            if let Some(product) = product(entry, check) {
                check_members(&product, &id, line, &known, check);
                products.insert((source.key.clone(), id), product);
            }
        }
    }
    products
}

/// A member that is misspelled would keep its license when the bundle is refunded, without a word.
fn check_members(product: &Product, id: &str, line: u64, known: &HashSet<String>, check: &mut Check<'_>) {
    for member in product.members() {
        if member == id || !known.contains(member) {
            check.refuse::<()>(
                line,
                format!("{id}: bundle: there is no other product {member} below this source"),
            );
        }
    }
}

fn product(pair: Pair, check: &mut Check<'_>) -> Option<Product> {
    match pair.value {
        Node::Mapping(_) => long_form(pair, check),
        Node::Scalar(Some(_)) => check.parsed(&pair).map(licensed).map(Box::new).map(Product::Licensed),
        Node::Scalar(None) | Node::List(_) => {
            check.refuse(pair.line, format!("{}: a tier or a mapping is expected", pair.key))
        }
    }
}

fn long_form(entry: Pair, check: &mut Check<'_>) -> Option<Product> {
    let pairs = check.mapping(entry.line, &entry.key, entry.value);
    let find = |key: &str| pairs.iter().find(|pair| pair.key == key);
    let is_ignored = find("ignore").and_then(|pair| check.word(pair, &[("true", true), ("false", false)]));
    let tier = find("tier").and_then(|pair| check.parsed(pair));
    // Without a tier the other keys are checked all the same.
    let mut product = licensed(tier.clone().unwrap_or_else(|| "none".parse().expect("a valid tier")));
    for pair in &pairs {
        read_key(&mut product, pair, check);
    }
    if product.keys == Keys::Quantity && find("seats").is_none() {
        product.policy.seats = Seats::Fixed(1);
    }
    if is_ignored == Some(true) {
        return Some(Product::Ignored);
    }
    match (find("tier"), find("bundle")) {
        (None, Some(_)) => Some(Product::Bundle(product.bundle)),
        (None, None) => check.refuse(entry.line, format!("{}: tier is missing", entry.key)),
        (Some(_), _) => tier.map(|_| Product::Licensed(Box::new(product))),
    }
}
