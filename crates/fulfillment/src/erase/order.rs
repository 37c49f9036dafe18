//! Emptying one order of a person.

use crate::{Error, Fulfillment};
use jiff::Timestamp;
use mintmark_licensing::Keyring;
use mintmark_storage::{Ledger, License, NewLicense, OrderName, Person, Result as StorageResult};
use std::collections::BTreeSet;

/// What one order is emptied with.
pub(super) struct Job<'a> {
    pub(super) fulfillment: &'a Fulfillment,
    pub(super) person: &'a Person,
    pub(super) ring: &'a Keyring,
}

/// What one order was emptied of.
#[derive(Debug, Default)]
pub(super) struct Emptied {
    pub(super) deliveries: usize,
    pub(super) licenses: usize,
    pub(super) letters: Vec<i64>,
    pub(super) failed: Vec<(String, String)>,
}

impl Job<'_> {
    pub(super) fn order(&self, order: &OrderName, now: Timestamp) -> Result<Emptied, Error> {
        let fulfillment = self.fulfillment;
        let told = fulfillment.records.store.look(now, |ledger| ledger.told_of(order))?;
        let (kept, _): (Vec<_>, Vec<_>) =
            told.iter().partition(|told| fulfillment.is_erasure(&told.delivery));
        let kept: BTreeSet<i64> = kept.into_iter().map(|told| told.delivery.id).collect();
        let (order, person) = (order.clone(), self.person.clone());
        let (minter, ring) = (fulfillment.minter.clone(), self.ring.clone());
        let emptied = fulfillment.records.store.settle(now, move |ledger| {
            let mut emptied = Emptied::default();
            let told = ledger.told_of(&order)?.into_iter().map(|told| told.delivery.id);
            let told: Vec<i64> = told.filter(|id| !kept.contains(id)).collect();
            emptied.deliveries = ledger.erase_deliveries(&told)?;
            for held in ledger.licenses_of(&order)? {
                let license = held.license;
                // A gift is its receiver's, whoever paid for it.
                if license.terms.email.to_lowercase() == person.address {
                    let unnamed = minter.reissue_unnamed(&license, &ring);
                    empty_license(ledger, &license, unnamed, &person, &mut emptied)?;
                }
            }
            Ok(emptied)
        });
        Ok(emptied.wait()?)
    }
}

fn empty_license(
    ledger: &mut Ledger<'_>,
    license: &License,
    unnamed: Result<NewLicense, String>,
    person: &Person,
    emptied: &mut Emptied,
) -> StorageResult<()> {
    let unnamed = unnamed.unwrap_or_else(|reason| {
        emptied.failed.push((license.terms.id.clone(), reason));
        license.terms.clone()
    });
    emptied.letters.extend(ledger.erase_license(&unnamed, person)?);
    emptied.licenses += 1;
    Ok(())
}
