//! A sale as Gumroad tells of it, about a kilobyte of form, with an order of its own.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::installation::PRODUCT;

/// No log may have these letters in it.
pub(crate) const BUYER: &str = "canary.buyer";

/// One telling of one order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sale {
    /// The store's id of the order.
    pub(crate) order: String,
    /// Byte for byte what is posted.
    pub(crate) body: String,
    /// Whether it tells that the order was refunded.
    pub(crate) is_refund: bool,
    retries: u32,
}

impl Sale {
    /// An order that no other has been.
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(1);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        // Gumroad's ids end like this, so that they have to be escaped.
        let order = format!("Order{number:010}==");
        let body = body(&order, number);
        Self { order, body, is_refund: false, retries: 0 }
    }

    /// The same order told once more: Gumroad counts, so the bytes differ.
    pub(crate) fn again(&self) -> Self {
        let retries = self.retries + 1;
        let first = self.body.split("&retry_count=").next().unwrap_or_default();
        Self { body: format!("{first}&retry_count={retries}"), retries, ..self.clone() }
    }

    /// That all of its money was given back.
    pub(crate) fn refund(&self) -> Self {
        let first = self.body.split("&retry_count=").next().unwrap_or_default();
        let body = first
            .replace("refunded=false", "refunded=true")
            .replace("resource_name=sale", "resource_name=refund");
        Self { order: self.order.clone(), body, is_refund: true, retries: 0 }
    }
}

fn body(order: &str, number: u64) -> String {
    format!(
        "seller_id=kMyy0PU25cXun32uaIzhsg%3D%3D&product_id={product}&product_name=Field%20Guide%20to%20Type\
         &permalink=xcbbj&product_permalink=https%3A%2F%2Flumenworks.gumroad.com%2Fl%2Fxcbbj&short_product_id=xcbbj\
         &email={BUYER}-{number}%40faults.example&full_name=Canary%20Buyer%20{number}&price=1000&gumroad_fee=209\
         &currency=usd&quantity=1&discover_fee_charged=false&can_contact=true&referrer=direct\
         &card%5Bvisual%5D=%2A%2A%2A%2A%20%2A%2A%2A%2A%20%2A%2A%2A%2A%204242&card%5Btype%5D=visa&card%5Bbin%5D=\
         &card%5Bexpiry_month%5D=&card%5Bexpiry_year%5D=&order_number={number}&sale_id={order}\
         &sale_timestamp=2026-03-14T09%3A26%3A53Z&ip_country=United%20States&is_gift_receiver_purchase=false\
         &refunded=false&resource_name=sale&disputed=false&dispute_won=false",
        product = escaped(PRODUCT),
        order = escaped(order),
    )
}

/// Of what the ids contain, only this has a meaning in a form.
fn escaped(id: &str) -> String {
    id.replace('=', "%3D")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sale_is_an_order_of_its_own() {
        assert_ne!(Sale::new().order, Sale::new().order);
    }

    #[test]
    fn a_retry_tells_the_same_order_in_other_bytes() {
        let first = Sale::new();
        let third = first.again().again();
        assert_eq!(third.order, first.order);
        assert_eq!(third.body, format!("{}&retry_count=2", first.body));
    }
}
