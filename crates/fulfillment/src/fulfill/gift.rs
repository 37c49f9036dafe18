//! Both ends of a gift: a webhook tells of the receiver's, and the store's own list shows the giver's, under another id.

use super::links;
use super::order::Order;
use super::settler::Settler;
use mintmark_adapters::{Event, Order as Sale};
use mintmark_storage::{Ledger, Result};

impl Settler {
    /// Whether the same gift has its license already, under the id of its other end. That is so where the webhook was
    /// late, and the gift was found in the store's list meanwhile.
    pub(super) fn is_given_already(&self, ledger: &mut Ledger<'_>, order: &Order<'_>) -> Result<bool> {
        let (name, sale) = (order.name, &order.entitled.order);
        let Some(giver) = sale.giver.as_deref().filter(|_| sale.is_gift) else { return Ok(false) };
        let party = links::party(&sale.product_id, giver);
        for told in ledger.told_with(&party, &name.source, &name.mode)? {
            let is_other_end = |event: &Event| is_other_end(event, sale);
            if told.order != *name
                && self.events(&told).iter().any(is_other_end)
                && told.delivery.recorded.origin != order.origin()
                && !ledger.licenses_of(&told.order)?.is_empty()
            {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn is_other_end(event: &Event, sale: &Sale) -> bool {
    let is_alike = |other: &Sale| {
        other.is_gift && other.product_id == sale.product_id && other.email.eq_ignore_ascii_case(&sale.email)
    };
    links::is_sold_with(event, sale) && matches!(event, Event::Sold(other) if is_alike(other))
}
