//! Custom fields that are named like Gumroad's own.
//!
//! Gumroad sends the answers that a buyer typed twice: under `custom_fields[…]`, and at top level, where they replace
//! what Gumroad itself wrote there shortly before. The true value is then nowhere in the body.

use serde_json::Value;

use crate::Verdict;
use crate::fields::Fields;

/// The keys that we rely on and that a custom field can replace.
pub(super) const REPLACEABLE: [&str; 11] = [
    "email",
    "quantity",
    "product_id",
    "sale_id",
    "subscription_id",
    "order_number",
    "price",
    "test",
    "sale_timestamp",
    "is_recurring_charge",
    "is_preorder_authorization",
];

/// Every other key of a sale, and the one that Gumroad adds when it tries again.
#[rustfmt::skip]
const OTHERS: [&str; 40] = [
    "seller_id", "product_name", "permalink", "product_permalink", "short_product_id", "gumroad_fee", "currency",
    "discover_fee_charged", "can_contact", "referrer", "card", "full_name", "purchaser_id",
    "affiliate_credit_amount_cents", "url_params", "variants", "offer_code", "street_address", "country", "state",
    "zip_code", "city", "shipping_information", "custom_fields", "license_key", "is_multiseat_license", "ip_country",
    "shipping_rate", "recurrence", "affiliate", "is_gift_receiver_purchase", "gift_price", "gifter_email", "sku_id",
    "original_sku_id", "refunded", "resource_name", "disputed", "dispute_won", "retry_count",
];

/// The custom fields that replaced a key we rely on, in the order they came.
///
/// Equal values are the mark: on a renewal custom fields are not repeated at top level, so what stands there is true.
pub(super) fn overwritten(fields: &Fields) -> Vec<&'static str> {
    let replaced = |(name, typed): (&String, &Value)| {
        let key = REPLACEABLE.into_iter().find(|key| key == name)?;
        fields.all(key).any(|sent| sent == typed).then_some(key)
    };
    fields.members("custom_fields").filter_map(replaced).collect()
}

/// The custom fields that are named like any key of Gumroad's, replaced or not, in the order they came.
pub(super) fn flagged<'a>(fields: &'a Fields) -> Vec<&'a str> {
    let is_gumroads = |name: &&'a str| REPLACEABLE.contains(name) || OTHERS.contains(name);
    fields.members("custom_fields").map(|(name, _)| name.as_str()).filter(is_gumroads).collect()
}

/// Holds a delivery in which one of these keys was replaced, or was sent twice with different values.
pub(super) fn hold(fields: &Fields, keys: &[&str]) -> Result<(), Verdict> {
    let replaced: Vec<&str> = overwritten(fields).into_iter().filter(|name| keys.contains(name)).collect();
    if !replaced.is_empty() {
        return Err(Verdict::Held(format!("custom field overwrites {}", replaced.join(", "))));
    }
    let twice = fields.contradictory(keys);
    if !twice.is_empty() {
        return Err(Verdict::Held(format!("field sent twice: {}", twice.join(", "))));
    }
    Ok(())
}
