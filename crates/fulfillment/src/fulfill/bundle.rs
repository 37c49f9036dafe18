//! One letter for a bundle: what is in it is sold piece by piece, within a moment.

use super::links;
use super::order::Order;
use super::settler::Settler;
use mintmark_adapters::Order as Sale;
use mintmark_storage::{Ledger, Letter, LetterKind, LetterState, OrderName, Result};

/// So long the letter of the first piece waits for the others. A store tells of them within seconds of each other.
pub(super) const BUNDLE_PAUSE_SECONDS: i64 = 20;

/// Where the letter of a license goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Envelope {
    /// The letter that brings the licenses of others already.
    pub(super) leader: Option<i64>,
    /// Whether others may follow that belong into it.
    pub(super) waits_for_others: bool,
}

impl Envelope {
    /// The same, once there is a letter that leads.
    pub(super) fn within(self, leader: Option<i64>) -> Self {
        Self { leader: self.leader.or(leader), ..self }
    }
}

impl Settler {
    /// The letter that a piece of a bundle goes with.
    pub(super) fn envelope(&self, ledger: &mut Ledger<'_>, order: &Order<'_>) -> Result<Envelope> {
        let (name, sale) = (order.name, &order.entitled.order);
        if sale.is_gift || !links::is_of_a_bundle(&self.catalog, &name.source, sale) {
            return Ok(Envelope { leader: None, waits_for_others: false });
        }
        for party in links::parties_of_bundle(&self.catalog, &name.source, sale) {
            for told in ledger.told_with(&party, &name.source, &name.mode)? {
                let is_near = |event: &_| links::is_sold_with(event, sale);
                if told.order != *name && self.events(&told).iter().any(is_near) {
                    let leader = self.open_letter(ledger, &told.order, sale)?;
                    if leader.is_some() {
                        return Ok(Envelope { leader, waits_for_others: true });
                    }
                }
            }
        }
        Ok(Envelope { leader: None, waits_for_others: true })
    }

    fn open_letter(&self, ledger: &mut Ledger<'_>, name: &OrderName, sale: &Sale) -> Result<Option<i64>> {
        let is_open = |letter: &Letter| {
            letter.kind == LetterKind::License
                && letter.state == LetterState::Queued
                && letter.attempts == 0
                && letter.recipient == sale.email
        };
        let held = ledger.licenses_of(name)?;
        let letters = held.into_iter().filter_map(|held| held.letter);
        Ok(letters.filter(is_open).map(|letter| letter.enclosed_in.unwrap_or(letter.id)).next())
    }
}
