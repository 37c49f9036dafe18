//! What a webhook claims, as far as the store can be asked about it.

use jiff::Timestamp;
use mintmark_adapters::Interpretation;
use mintmark_licensing::Mode;
use serde_json::Value;

/// The sale that a webhook says it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Claim {
    pub(super) sale_id: String,
    /// The number by which a list finds it, unless a buyer may have typed it.
    pub(super) order_number: Option<u64>,
    /// When it was sold, unless a buyer may have typed that.
    pub(super) sold_at: Option<Timestamp>,
    /// A list shows no test purchase, and of a gift the other end.
    pub(super) is_listed: bool,
}

impl Claim {
    /// `None` if the id of the sale is not the store's.
    pub(super) fn of(told: &Interpretation) -> Option<Self> {
        let sale_id = told.sale_id.clone()?;
        let facts = told.facts.as_ref()?;
        let fact = |name: &str, key: &str| facts.get(name).filter(|_| !is_overwritten(facts, key));
        let sold_at = fact("sale_timestamp", "sale_timestamp").and_then(Value::as_str);
        let sold_at = sold_at.and_then(|text| text.parse::<Timestamp>().ok());
        Some(Self {
            sale_id,
            order_number: fact("order_number", "order_number").and_then(Value::as_u64),
            sold_at,
            is_listed: told.mode == Mode::Live && facts["is_gift"] != true,
        })
    }
}

/// Whether a custom field has taken the place of what the store wrote under this key.
pub(super) fn is_overwritten(facts: &Value, key: &str) -> bool {
    let collisions = facts["collisions"].as_array();
    facts["trusted"] == false && collisions.is_some_and(|names| names.iter().any(|name| name == key))
}
