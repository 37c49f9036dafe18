//! What a sale becomes: a license, minted from its facts alone, with its letter.

use crate::Fulfillment;
use crate::catalog::{Entitled, Terms};
use crate::settings::Licensee;
use jiff::{Timestamp, ToSpan as _};
use mintmark_adapters::Order;
use mintmark_licensing::{Grant, Line, Mode, OrderIdentity};
use mintmark_mail::Address;
use mintmark_storage::{Delivery, LetterKind, NewLetter, NewLicense};

/// A server sends its own new letters at once; this long it keeps the others off them.
const HEAD_START_SECONDS: i64 = 30;
/// A blob holds no longer name.
const LONGEST_LICENSEE: usize = 128;
/// An order of a single item has no other.
const ONLY_ITEM: u32 = 0;

/// A sale that is owed a license, with everything that minting depends on.
#[derive(Clone, Copy)]
pub(super) struct Sale<'a> {
    pub(super) delivery: &'a Delivery,
    pub(super) mode: Mode,
    pub(super) entitled: &'a Entitled,
}

impl Fulfillment {
    /// Pure: the same sale and the same keys give the same license, byte for byte.
    pub(super) fn mint(&self, sale: &Sale<'_>) -> Result<NewLicense, mintmark_licensing::Error> {
        let Sale { delivery, mode, entitled: Entitled { order, sold_at, terms, state, .. } } = sale;
        let licensee = self.licensee(order);
        let minted = self.keys.signing.mint(&self.keys.secret, &self.grant(sale, licensee.as_deref()))?;
        Ok(NewLicense {
            id: minted.id.to_string(),
            key: minted.key.to_string(),
            blob: minted.blob,
            line: self.line(terms).to_string(),
            product_id: order.product_id.clone(),
            product_name: terms.product_name.clone(),
            tier: terms.tier.as_str().to_owned(),
            seats: state.seats.into(),
            email: order.email.clone(),
            name: order.name.clone(),
            source: delivery.recorded.source.clone(),
            origin: delivery.recorded.origin,
            mode: mode.as_str().to_owned(),
            source_order_id: order.order_id.clone(),
            item: ONLY_ITEM.into(),
            issued_at: *sold_at,
            expires_at: state.expires_at,
            updates_until: state.updates_until,
            seq: state.seq.into(),
        })
    }

    /// The letter that brings the license; held from the start if its address cannot be mailed.
    pub(super) fn letter(&self, sale: &Sale<'_>, now: Timestamp) -> NewLetter {
        let head_start = if self.outbox.is_some() { HEAD_START_SECONDS } else { 0 };
        NewLetter {
            kind: LetterKind::License,
            mail_uid: uuid::Uuid::new_v4().to_string(),
            template: sale.entitled.terms.letter.clone(),
            download: sale.entitled.terms.download.clone(),
            recipient: sale.entitled.order.email.clone(),
            unmailable: Address::parse(&sale.entitled.order.email).err().map(|error| error.to_string()),
            not_before: now.saturating_add(head_start.seconds()).unwrap_or(now),
        }
    }

    fn grant<'a>(&'a self, sale: &Sale<'a>, licensee: Option<&'a str>) -> Grant<'a> {
        let Sale { delivery, mode, entitled: Entitled { order, sold_at, terms, state, .. } } = *sale;
        let (source, order_id) = (&delivery.recorded.source, &order.order_id);
        Grant {
            identity: OrderIdentity { source, mode, order_id, item: ONLY_ITEM },
            generation: 0,
            line: self.line(terms),
            tier: &terms.tier,
            seq: state.seq.into(),
            issued_at: sold_at.as_second(),
            expires_at: state.expires_at.map(Timestamp::as_second),
            grace: state.grace,
            updates_until: state.updates_until.map(Timestamp::as_second),
            entitlements: &terms.entitlements,
            seats: Some(state.seats),
            licensee,
        }
    }

    fn line<'a>(&'a self, terms: &'a Terms) -> &'a Line {
        terms.line.as_ref().unwrap_or(&self.settings.signing.line)
    }

    fn licensee(&self, order: &Order) -> Option<String> {
        let address = || Address::parse(&order.email).ok();
        let text = match self.settings.signing.licensee {
            Licensee::Name => order.name.clone(),
            Licensee::Email => address()?.as_str().to_owned(),
            Licensee::Masked => address()?.masked(),
            Licensee::None => return None,
        };
        Some(text.chars().take(LONGEST_LICENSEE).collect()).filter(|text: &String| !text.is_empty())
    }
}
