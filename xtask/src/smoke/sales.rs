//! The two sales of the story, byte for byte as Gumroad sends them.

use std::fs;

use anyhow::Context;

use crate::workspace;

/// One body and what the story needs to know of it.
#[derive(Debug)]
pub(super) struct Sale {
    file: &'static str,
    pub(super) sale_id: &'static str,
    pub(super) product_id: &'static str,
    pub(super) email: &'static str,
}

/// A product that the shop's `products.yaml` names from the start.
pub(super) const MAPPED: Sale = Sale {
    file: "sale-plain.form",
    sale_id: "0LbgWblyZZWtBbXQZCMjoA==",
    product_id: "Hg-vmbS4ZLqYN_KlAZSBkA==",
    email: "ada@example.com",
};

/// A product that somebody forgot to name.
pub(super) const FORGOTTEN: Sale = Sale {
    file: "sale-eur.form",
    sale_id: "WI_o69VlRuhRZTtjX3aKkg==",
    product_id: "Us3vp93pYWqoX5SXQ_IAhg==",
    email: "karl@example.com",
};

impl Sale {
    pub(super) fn body(&self) -> anyhow::Result<Vec<u8>> {
        let path = workspace::root().join("crates/adapters/tests/fixtures/gumroad").join(self.file);
        fs::read(&path).with_context(|| format!("cannot read {}", path.display()))
    }

    /// That all of its money was given back.
    pub(super) fn refund(&self) -> anyhow::Result<Vec<u8>> {
        let sale = String::from_utf8(self.body()?)?;
        let refunded = sale.replace("refunded=false", "refunded=true");
        Ok(refunded.replace("resource_name=sale", "resource_name=refund").into_bytes())
    }
}
