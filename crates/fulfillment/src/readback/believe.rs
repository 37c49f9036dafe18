//! What a webhook and the store's own record say together.

use super::claim::is_overwritten;
use mintmark_adapters::{Interpretation, Verdict};
use serde_json::Value;

/// What the record says, if it is the record of what was told; otherwise the delivery is not to be believed.
///
/// A buyer of something cheap could send the id of a real sale with another product, or another's address.
pub(crate) fn believe(told: Interpretation, read: Interpretation) -> Interpretation {
    let differences = match (&told.facts, &read.facts) {
        (Some(told), Some(read)) => differences(told, read),
        _ => Vec::new(),
    };
    if !differences.is_empty() {
        let reason = format!("not what the store says: {}", differences.join(", "));
        return Interpretation { verdict: Verdict::Held(reason), ..told };
    }
    Interpretation { kind: told.kind, mode: told.mode, facts: told.facts, ..read }
}

/// The names of what differs and was not replaced by a custom field.
fn differences(told: &Value, read: &Value) -> Vec<&'static str> {
    let [product_id, email] = ["product_id", "email"].map(|name| text(told, name));
    let is_same_product = product_id.is_none() || product_id == text(read, "product_id");
    // The record has the address of the checkout and that of the account, and a webhook either of them.
    let is_same_email = email.is_none_or(|email| {
        let known = ["email", "account_email"].into_iter().filter_map(|name| text(read, name));
        known.into_iter().any(|known| known.eq_ignore_ascii_case(email))
    });
    let checked = [("product_id", is_same_product), ("email", is_same_email)];
    let different = checked.into_iter().filter(|(name, is_same)| !is_same && !is_overwritten(told, name));
    different.map(|(name, _)| name).collect()
}

fn text<'v>(facts: &'v Value, name: &str) -> Option<&'v str> {
    facts.get(name).and_then(Value::as_str).map(str::trim)
}
