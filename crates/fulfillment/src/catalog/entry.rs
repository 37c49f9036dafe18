//! Entries of the catalog: from the tree of the file to checked products.

use super::check::Check;
use super::product::{Expires, FreeOrders, Licensed, Product, Seats, TestOrders};
use super::values;
use super::yaml::{Node, Pair};
use mintmark_licensing::Tier;
use std::collections::HashMap;

/// All products of the file; what is wrong is left out and reported.
pub(super) fn products(tree: Node, check: &mut Check<'_>) -> HashMap<(String, String), Product> {
    let mut products = HashMap::new();
    for source in check.mapping(1, "the file", tree) {
        if check.sources.get(&source.key).is_none() {
            check.refuse::<()>(source.line, format!("there is no source {}", source.key));
        }
        for pair in check.mapping(source.line, &source.key, source.value) {
            let id = pair.key.clone();
            if let Some(product) = product(pair, check) {
                products.insert((source.key.clone(), id), product);
            }
        }
    }
    products
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

/// What an entry gives that says no more than its tier.
fn licensed(tier: Tier) -> Licensed {
    Licensed {
        tier,
        line: None,
        name: None,
        letter: "license".to_owned(),
        download: None,
        seats: Seats::Quantity,
        expires: Expires::Never,
        updates: None,
        grace: None,
        entitlements: Vec::new(),
        free: FreeOrders::Mint,
        test: TestOrders::Mint,
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
    if is_ignored == Some(true) {
        return Some(Product::Ignored);
    }
    if find("tier").is_none() {
        check.refuse::<()>(entry.line, format!("{}: tier is missing", entry.key));
    }
    tier.map(|_| Product::Licensed(Box::new(product)))
}

/// Reads one key into the product; one that is wrong leaves the product as it is, which is thrown away then.
fn read_key(product: &mut Licensed, pair: &Pair, check: &mut Check<'_>) {
    match pair.key.as_str() {
        "tier" | "ignore" => {}
        "line" => product.line = check.parsed(pair),
        "name" => product.name = check.text(pair),
        "letter" => values::template(pair, check).into_iter().for_each(|letter| product.letter = letter),
        "download" => product.download = values::link(pair, check),
        "seats" => values::seats(pair, check).into_iter().for_each(|seats| product.seats = seats),
        "expires" => values::expires(pair, check).into_iter().for_each(|expires| product.expires = expires),
        "updates" => product.updates = values::duration(pair, check),
        "grace" => product.grace = values::grace(pair, check),
        "entitlements" => product.entitlements = values::entitlements(pair, check),
        "free" => {
            let words = [("true", FreeOrders::Mint), ("false", FreeOrders::Ignore)];
            check.word(pair, &words).into_iter().for_each(|free| product.free = free);
        }
        "test" => {
            let words = [("mint", TestOrders::Mint), ("ignore", TestOrders::Ignore)];
            check.word(pair, &words).into_iter().for_each(|test| product.test = test);
        }
        // Checked here, so that a file that passes today is not refused when they are acted on.
        "on_refund" => drop(check.word(pair, &[("revoke", ()), ("keep", ())])),
        "on_dispute" => drop(check.word(pair, &[("suspend", ()), ("revoke", ()), ("keep", ())])),
        "on_end" => drop(check.word(pair, &[("end", ()), ("keep", ())])),
        unknown => drop(check.refuse::<()>(pair.line, format!("there is no key {unknown}"))),
    }
}
