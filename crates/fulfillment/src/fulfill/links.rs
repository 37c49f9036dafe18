//! Orders that belong together although the store does not say so: a gift and what its giver paid, a bundle and what is
//! in it.

use crate::catalog::Catalog;
use jiff::{SignedDuration, Timestamp};
use mintmark_adapters::{Charge, Event, Order};

/// A store writes the purchases of a bundle, and both sides of a gift, within a second or two.
const AT_ONCE: SignedDuration = SignedDuration::from_secs(60);

/// What is bought by whom; under this name orders find each other.
pub(crate) fn party(product_id: &str, email: &str) -> String {
    format!("{product_id} {}", email.trim().to_lowercase())
}

/// Under which party a delivery is to be found by orders that belong to it; `None` if none can.
pub(super) fn party_of(catalog: &Catalog, source: &str, events: &[Event]) -> Option<String> {
    events.iter().find_map(|event| match event {
        Event::Sold(order) => party_of_sale(catalog, source, order),
        event => party_of_charge(charge_of(event)?),
    })
}

fn party_of_sale(catalog: &Catalog, source: &str, order: &Order) -> Option<String> {
    match &order.giver {
        Some(giver) => Some(party(&order.product_id, giver)),
        None if is_of_a_bundle(catalog, source, order) => Some(party(&order.product_id, &order.email)),
        None => None,
    }
}

fn party_of_charge(charge: &Charge) -> Option<String> {
    Some(party(charge.product_id.as_deref()?, charge.email.as_deref()?))
}

/// The charge whose money an event is about.
pub(super) fn charge_of(event: &Event) -> Option<&Charge> {
    match event {
        Event::Refunded { charge, .. } | Event::Disputed(charge) | Event::DisputeWon(charge) => Some(charge),
        _ => None,
    }
}

/// Whether a sale may be a bundle, or a part of one: those cost nothing by themselves.
pub(super) fn is_of_a_bundle(catalog: &Catalog, source: &str, order: &Order) -> bool {
    !catalog.members(source, &order.product_id).is_empty() || is_part(catalog, source, order)
}

fn is_part(catalog: &Catalog, source: &str, order: &Order) -> bool {
    order.price_usd_cents == Some(0) && !catalog.bundles_with(source, &order.product_id).is_empty()
}

/// The parties of the orders whose refunds and disputes are those of `sale` as well.
pub(super) fn of(catalog: &Catalog, source: &str, sale: &Order) -> Vec<String> {
    if let Some(giver) = &sale.giver {
        return vec![party(&sale.product_id, giver)];
    }
    if sale.price_usd_cents != Some(0) {
        return Vec::new();
    }
    let bundles = catalog.bundles_with(source, &sale.product_id);
    bundles.into_iter().map(|bundle| party(bundle, &sale.email)).collect()
}

/// The parties of everything that is sold with a bundle, or with a piece of one.
pub(super) fn parties_of_bundle(catalog: &Catalog, source: &str, sale: &Order) -> Vec<String> {
    let mut bundles = catalog.bundles_with(source, &sale.product_id);
    bundles.push(&sale.product_id);
    let products = bundles.into_iter().flat_map(|bundle| {
        let pieces = catalog.members(source, bundle).iter().map(String::as_str);
        pieces.chain([bundle])
    });
    let mut parties: Vec<String> = products.map(|product| party(product, &sale.email)).collect();
    parties.sort();
    parties.dedup();
    parties
}

/// Whether something was sold in the same purchase.
pub(super) fn is_sold_with(event: &Event, sale: &Order) -> bool {
    matches!(event, Event::Sold(order) if is_at_once(order.sold_at, sale.sold_at))
}

/// What became of the money of another order, as if it had been this sale's.
pub(super) fn about(sale: &Order, events: Vec<Event>) -> Vec<Event> {
    let own = |charge: Charge| Charge { sale_id: sale.sale_id.clone(), is_recurring: false, ..charge };
    let is_near = |charge: &Charge| is_at_once(charge.sold_at, sale.sold_at);
    let translated = events.into_iter().filter_map(|event| match event {
        Event::Refunded { charge, extent } if is_near(&charge) => {
            Some(Event::Refunded { charge: own(charge), extent })
        }
        Event::Disputed(charge) if is_near(&charge) => Some(Event::Disputed(own(charge))),
        Event::DisputeWon(charge) if is_near(&charge) => Some(Event::DisputeWon(own(charge))),
        _ => None,
    });
    translated.collect()
}

/// The parties of orders that depend on a charge: gifts that it paid for, and what is in the bundle that it bought.
pub(super) fn dependent_parties(catalog: &Catalog, source: &str, charge: &Charge) -> Vec<String> {
    let (Some(product_id), Some(email)) = (&charge.product_id, &charge.email) else { return Vec::new() };
    let parts = catalog.members(source, product_id).iter().map(|part| party(part, email));
    parts.chain([party(product_id, email)]).collect()
}

/// Whether a sale that was found under such a party depends on the charge.
pub(super) fn depends_on(sale: &Event, charge: &Charge, catalog: &Catalog, source: &str) -> bool {
    match sale {
        Event::Sold(order) => {
            let is_dependent = order.giver.is_some() || is_part(catalog, source, order);
            is_dependent && is_at_once(order.sold_at, charge.sold_at)
        }
        _ => false,
    }
}

/// Whether two sales can be of one purchase; where a time is missing they can.
fn is_at_once(one: Option<Timestamp>, other: Option<Timestamp>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one.duration_since(other).abs() <= AT_ONCE,
        _ => true,
    }
}
