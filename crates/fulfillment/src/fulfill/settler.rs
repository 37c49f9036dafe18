//! Settling: what follows for an order from everything told of it, in the transaction that reads it.

use super::attempt::Cause;
use super::links;
use super::order::Order;
use super::verdict::{Granted, Settled};
use crate::catalog::{Catalog, Decision};
use crate::mint::Minter;
use crate::records::Records;
use jiff::Timestamp;
use mintmark_adapters::Event;
use mintmark_licensing::Mode;
use mintmark_storage::{Held, Ledger, NewLicense, OrderName, Result};
use std::sync::Arc;

/// Everything that settling depends on but the orders themselves.
#[derive(Debug, Clone)]
pub(super) struct Settler {
    pub(super) records: Records,
    pub(super) catalog: Arc<Catalog>,
    pub(super) minter: Arc<Minter>,
    /// Seconds that a server keeps the others off its own new letters.
    pub(super) head_start: i64,
    pub(super) now: Timestamp,
}

impl Settler {
    /// Brings the licenses of an order to where everything told of it puts them.
    pub(super) fn settle(
        &self,
        ledger: &mut Ledger<'_>,
        name: &OrderName,
        cause: Option<&Cause<'_>>,
    ) -> Result<Settled> {
        let chronicle = self.chronicle(ledger, name, cause)?;
        let Ok(mode) = name.mode.parse::<Mode>() else { return Ok(Settled::Unsold) };
        let held = ledger.licenses_of(name)?;
        match self.catalog.decide(&name.source, mode, &chronicle.told, self.now) {
            Decision::Unsold => Ok(Settled::Unsold),
            Decision::Ignored(reason) => Ok(Settled::Without(reason)),
            Decision::Unmapped(reason) if held.is_empty() => Ok(Settled::Unmapped(reason)),
            Decision::Unmapped(reason) => Ok(Settled::Stuck(reason)),
            Decision::Licensed(entitled) => {
                let order = Order { name, mode, entitled: &entitled, chronicle: &chronicle };
                self.bring(ledger, &order, held, cause)
            }
        }
    }

    fn bring(
        &self,
        ledger: &mut Ledger<'_>,
        order: &Order<'_>,
        held: Vec<Held>,
        cause: Option<&Cause<'_>>,
    ) -> Result<Settled> {
        if held.is_empty() && !order.entitled.mints() {
            return Ok(Settled::Without(order.why()));
        }
        if held.is_empty() && self.is_given_already(ledger, order)? {
            return Ok(Settled::Without("the gift has its license already".to_owned()));
        }
        match self.drafts(order, &held, cause) {
            Ok(drafts) => self.write(ledger, order, held, drafts, cause),
            Err(error) => Ok(Settled::Stuck(format!("cannot mint: {error}"))),
        }
    }

    fn write(
        &self,
        ledger: &mut Ledger<'_>,
        order: &Order<'_>,
        held: Vec<Held>,
        drafts: Vec<NewLicense>,
        cause: Option<&Cause<'_>>,
    ) -> Result<Settled> {
        let mut granted: Option<Granted> = None;
        let envelope = self.envelope(ledger, order)?;
        let mut leader = envelope.leader;
        for license in drafts {
            let license_item = license.item;
            let before = held.iter().find(|held| held.license.terms.id == license.id);
            let one = match before {
                Some(before) => self.revise(ledger, order, before, license, cause)?,
                None => {
                    let (one, letter) = self.mint(ledger, order, license, &envelope.within(leader), cause)?;
                    leader = leader.or(letter);
                    one
                }
            };
            // A decision about one license of several speaks for that one.
            if cause.is_none_or(|cause| cause.is_about(license_item)) {
                granted = Some(granted.map_or(one.clone(), |first| first.beside(one)));
            }
        }
        Ok(granted.map_or(Settled::Unsold, |granted| Settled::Licensed(Box::new(granted))))
    }

    /// The orders whose money this event is about as well: gifts that were paid, and what is in a bundle.
    pub(super) fn dependents(&self, ledger: &mut Ledger<'_>, cause: &Cause<'_>) -> Result<Vec<OrderName>> {
        let own = cause.name;
        let mut names = Vec::new();
        for charge in cause.events.iter().filter_map(links::charge_of) {
            for party in links::dependent_parties(&self.catalog, &own.source, charge) {
                for told in ledger.told_with(&party, &own.source, &own.mode)? {
                    let is_meant =
                        |event: &Event| links::depends_on(event, charge, &self.catalog, &own.source);
                    if told.order != *own && self.events(&told).iter().any(is_meant) {
                        names.push(told.order);
                    }
                }
            }
        }
        names.sort();
        names.dedup();
        Ok(names)
    }
}
