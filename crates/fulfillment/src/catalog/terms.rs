//! The terms of an order's license that no later fact changes: what its product's entry says.

use super::product::Licensed;
use mintmark_adapters::Order;
use mintmark_licensing::{Line, Tier};

/// The terms of a license.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Terms {
    /// The tier.
    pub(crate) tier: Tier,
    /// The product line, if not the default.
    pub(crate) line: Option<Line>,
    /// The product, as the letter calls it.
    pub(crate) product_name: String,
    /// The letter's template.
    pub(crate) letter: String,
    /// A link for the letter.
    pub(crate) download: Option<String>,
    /// What it allows.
    pub(crate) entitlements: Vec<String>,
}

impl Terms {
    pub(super) fn of(product: &Licensed, order: &Order) -> Self {
        let named = product.name.clone().or_else(|| order.product_name.clone());
        Self {
            tier: product.tier.clone(),
            line: product.line.clone(),
            product_name: named.unwrap_or_else(|| order.product_id.clone()),
            letter: product.letter.clone(),
            download: product.download.clone(),
            entitlements: product.entitlements.clone(),
        }
    }
}
