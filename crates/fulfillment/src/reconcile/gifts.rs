//! Gifts: a list shows the giver's end, and a webhook told of the receiver's, under another id.

use super::Run;
use super::known::{self, Known};
use crate::Error;
use crate::fulfill::party;
use jiff::SignedDuration;
use mintmark_adapters::{BooksError, Order, Record, Verdict};
use mintmark_storage::LicenseFilter;

/// A store writes both ends of a gift within seconds.
const AT_ONCE: SignedDuration = SignedDuration::from_mins(2);

/// What is known of the gift that a giver has paid for.
pub(super) enum Gift {
    /// Nobody has told of its receiver.
    Missed,
    /// It was told; the receiver's record, if it says what is not known.
    Known(Option<Box<Record>>),
}

impl Run<'_> {
    /// Looks a gift up by its giver's record, and reads its receiver's: refunds and disputes of gifts are not told.
    pub(super) fn gift(&mut self, givers: &Record) -> Result<Gift, Error> {
        let Verdict::Events(events) = &givers.interpretation.verdict else { return Ok(Gift::Missed) };
        let Some(gift) = known::sale_of(events) else { return Ok(Gift::Missed) };
        let known = self.gifts_like(gift)?;
        let mut receivers: Vec<&Order> = known
            .iter()
            .filter(|known| is_other_end(known, gift, givers))
            .filter_map(Known::sale)
            .filter(|sale| !self.tally.gifts.contains(&sale.sale_id))
            .collect();
        receivers.sort_by_key(|sale| apart(sale, gift));
        let Some(receiver) = receivers.first() else { return Ok(Gift::Missed) };
        self.tally.gifts.insert(receiver.sale_id.clone());
        let charges = known::charges(&known);
        if charges.is_refunded(&receiver.sale_id) {
            return Ok(Gift::Known(None));
        }
        let record = match self.books.sale(&receiver.sale_id) {
            Ok(record) => record,
            Err(error) if error.is_of_token() => return Err(Error::Books(error)),
            Err(BooksError::NotFound) => return Ok(Gift::Known(None)),
            Err(error) => {
                self.tally.open(receiver.sale_id.clone(), error.to_string());
                return Ok(Gift::Known(None));
            }
        };
        let is_news = match &record.interpretation.verdict {
            Verdict::Events(events) => charges.lacks(events),
            Verdict::Reported(_) | Verdict::Ignored(_) | Verdict::Held(_) | Verdict::Unreadable(_) => false,
        };
        Ok(Gift::Known(is_news.then(|| Box::new(record))))
    }

    /// Deliveries that may be about the same gift: of its giver, or of a license that its receiver has.
    fn gifts_like(&self, gift: &Order) -> Result<Vec<Known>, Error> {
        let store = &self.fulfillment.records.store;
        let party = party(&gift.product_id, gift.giver.as_deref().unwrap_or_default());
        let mut known: Vec<Known> = Vec::new();
        for recalled in store.recall_party(self.source, &party)? {
            known.push(self.understood(&recalled));
        }
        let named = LicenseFilter { named: Some(gift.email.clone()), ..LicenseFilter::default() };
        let licenses = store.licenses(&named)?;
        let of_product = licenses.into_iter().filter(|license| license.terms.product_id == gift.product_id);
        let orders: Vec<String> = of_product.map(|license| license.terms.source_order_id).collect();
        known.extend(self.known(&orders)?);
        Ok(known)
    }
}

fn is_other_end(known: &Known, gift: &Order, givers: &Record) -> bool {
    let Some(sale) = known.sale().filter(|sale| sale.is_gift && sale.sale_id != gift.sale_id) else {
        return false;
    };
    let is_same_subscription = gift.subscription_id.is_some() && sale.subscription_id == gift.subscription_id;
    let is_same_key = givers.store_key.is_some() && known.store_key == givers.store_key;
    let is_alike = sale.product_id == gift.product_id && sale.email.eq_ignore_ascii_case(&gift.email);
    is_same_subscription || is_same_key || is_alike && apart(sale, gift) <= AT_ONCE
}

/// How long lies between both ends; where a time is missing, as much as may be.
fn apart(one: &Order, other: &Order) -> SignedDuration {
    match (one.sold_at, other.sold_at) {
        (Some(one), Some(other)) => one.duration_since(other).abs(),
        _ => AT_ONCE,
    }
}
