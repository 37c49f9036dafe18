//! Reads what was written by hand, as strictly as our own writing allows.

use mintmark_licensing::Mode;
use serde_json::json;

use super::Mint;
use crate::fields::{Fault, check_email, check_identifier};
use crate::{Body, Event, Interpretation, Kind, Order, Verdict, text};

pub(super) fn interpret(body: &Body<'_>) -> Interpretation {
    match read(body.bytes) {
        Ok(mint) => sale(&mint),
        Err(fault) => Interpretation::unreadable(&fault),
    }
}

fn read(bytes: &[u8]) -> Result<Mint, Fault> {
    let mint: Mint = serde_json::from_slice(bytes).map_err(|error| fault("a license to mint", &error))?;
    let filled = [("order_id", &mint.order_id), ("product_id", &mint.product_id), ("email", &mint.email)];
    if let Some((name, _)) = filled.into_iter().find(|(_, value)| value.trim().is_empty()) {
        return Err(Fault::Missing(name.to_owned()));
    }
    check_identifier("order_id", &mint.order_id)?;
    check_identifier("product_id", &mint.product_id)?;
    check_email("email", mint.email.trim())?;
    if mint.email.chars().any(char::is_control) {
        return Err(Fault::field("email", "contains control characters"));
    }
    if mint.quantity == Some(0) {
        return Err(Fault::field("quantity", "is not a whole number above zero"));
    }
    Ok(mint)
}

/// Says where, and never what: serde_json's own words may quote the buyer.
pub(super) fn fault(wanted: &str, error: &serde_json::Error) -> Fault {
    Fault::body(format!("not {wanted}, at line {} column {}", error.line(), error.column()))
}

fn sale(mint: &Mint) -> Interpretation {
    Interpretation {
        kind: Kind::Sale,
        mode: Mode::Live,
        order_id: Some(mint.order_id.clone()),
        sale_id: Some(mint.order_id.clone()),
        facts: Some(json!({
            "sale_id": mint.order_id,
            "product_id": mint.product_id,
            "email": mint.email,
            "full_name": mint.name,
            "quantity": mint.quantity.unwrap_or(1),
            "sale_timestamp": mint.sold_at,
            "note": mint.note,
        })),
        verdict: Verdict::Events(vec![Event::Sold(Box::new(order(mint)))]),
    }
}

fn order(mint: &Mint) -> Order {
    let email = mint.email.trim().to_owned();
    Order {
        order_id: mint.order_id.clone(),
        sale_id: mint.order_id.clone(),
        subscription_id: None,
        product_id: mint.product_id.clone(),
        product_name: None,
        name: text::buyer_name(mint.name.as_deref(), &email),
        email,
        quantity: mint.quantity.unwrap_or(1),
        price_usd_cents: None,
        recurrence: None,
        offer_code: None,
        is_recurring_charge: false,
        is_gift: false,
        giver: None,
        sold_at: mint.sold_at,
    }
}
