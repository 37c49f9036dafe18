//! Erasing a person: they are taken out of everything on record, and nothing that is told later brings them back.

mod order;
mod search;

use crate::installation::{DataFolder, Ring};
use crate::{Error, Fulfillment};
use jiff::Timestamp;
use mintmark_adapters::manual::{Decision, Mail, Ruling};
use mintmark_licensing::Keyring;
use mintmark_storage::{License, OrderName, Person};
use order::Job;
use std::collections::{BTreeMap, BTreeSet};

/// What arrives while somebody is erased is looked for again, so many times.
const MOST_ROUNDS: usize = 4;

/// What is on record of a person.
#[derive(Debug)]
pub struct Erasable {
    person: Person,
    /// The orders in which they bought, paid for a gift, or are named.
    orders: BTreeSet<OrderName>,
    /// Deliveries that name them and are of no order.
    loose: Vec<i64>,
    /// How many deliveries name them.
    pub deliveries: usize,
    /// Their licenses.
    pub licenses: Vec<License>,
    /// Letters to them.
    letters: Vec<i64>,
}

/// What was erased.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Erased {
    /// How many orders tell nothing any more.
    pub orders: usize,
    /// How many deliveries they were told in.
    pub deliveries: usize,
    /// How many licenses are nobody's by name now.
    pub licenses: usize,
    /// How many letters.
    pub letters: usize,
    /// Licenses whose blob could not be made anew without the name, each with the reason.
    pub failed: Vec<(String, String)>,
}

impl Erasable {
    /// Whether nothing is on record of them.
    pub fn is_empty(&self) -> bool {
        self.orders.is_empty() && self.loose.is_empty() && self.licenses.is_empty() && self.letters.is_empty()
    }

    /// How many orders there are.
    pub fn orders(&self) -> usize {
        self.orders.len()
    }

    /// How many letters to them there are.
    pub fn letters(&self) -> usize {
        self.letters.len()
    }

    /// Whether a text names them.
    pub fn is_named_in(&self, text: &str) -> bool {
        self.person.is_in(text)
    }
}

impl Fulfillment {
    /// Erases what was found, and what arrives meanwhile: first it is decided for each order that nothing follows from it
    /// any more, then it is emptied.
    ///
    /// # Errors
    /// The database fails; a second run goes on.
    pub fn erase(
        &self,
        found: Erasable,
        by: &str,
        why: Option<&str>,
        clock: impl Fn() -> Timestamp,
    ) -> Result<Erased, Error> {
        let mut erased = Erased::default();
        let address = found.person.address.clone();
        let mut found = found;
        for _ in 0..MOST_ROUNDS {
            if found.is_empty() {
                break;
            }
            self.erase_round(found, by, why, &clock, &mut erased)?;
            found = self.erasable(&address)?;
        }
        self.records.store.forget_what_was_removed()?;
        Ok(erased)
    }

    fn erase_round(
        &self,
        found: Erasable,
        by: &str,
        why: Option<&str>,
        clock: &impl Fn() -> Timestamp,
        erased: &mut Erased,
    ) -> Result<(), Error> {
        let Erasable { person, orders, loose, letters, .. } = found;
        let ring = self.every_signer()?;
        let mut gone: BTreeSet<i64> = letters.iter().copied().collect();
        for order in orders {
            self.decide_to_erase(&order, by, why, clock())?;
            let job = Job { fulfillment: self, person: &person, ring: &ring };
            let told = job.order(&order, clock())?;
            erased.orders += 1;
            erased.deliveries += told.deliveries;
            erased.licenses += told.licenses;
            erased.failed.extend(told.failed);
            gone.extend(told.letters);
        }
        let emptied = self.records.store.settle(clock(), move |ledger| {
            ledger.erase_letters(&letters)?;
            ledger.erase_suppression(&person)?;
            ledger.erase_deliveries(&loose)
        });
        erased.deliveries += emptied.wait()?;
        erased.letters += gone.len();
        self.remove_files(&gone)
    }

    /// Where it was not decided before. From then on nothing that is told of the order mints or mails.
    fn decide_to_erase(
        &self,
        order: &OrderName,
        by: &str,
        why: Option<&str>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let Ok(mode) = order.mode.parse() else { return Ok(()) };
        let told = self.records.store.look(now, |ledger| ledger.told_of(order))?;
        let is_erasure = |told: &mintmark_storage::OnRecord| self.is_erasure(&told.delivery);
        if told.iter().any(is_erasure) {
            return Ok(());
        }
        let decision = Decision {
            decision: Ruling::Erase,
            order_id: order.order_id.clone(),
            mode,
            item: None,
            by: by.to_owned(),
            why: why.map(str::to_owned),
            at: now,
            mail: Mail::AsUsual,
        };
        self.decide(&order.source, &decision, now)?;
        Ok(())
    }

    /// Everything that has ever signed a license here.
    fn every_signer(&self) -> Result<Keyring, Error> {
        let mut keys: BTreeMap<String, _> = BTreeMap::new();
        let ring = Ring::read(&self.records.store)?;
        for key in ring.retired().iter().copied().chain([self.public_key()]) {
            keys.insert(key.kid().to_string(), key);
        }
        Ok(Keyring::new(keys.into_values())?)
    }

    /// The letters that were written to the letters folder.
    fn remove_files(&self, letters: &BTreeSet<i64>) -> Result<(), Error> {
        let folder = DataFolder::at(&self.settings.data_dir).path("letters");
        for letter in letters {
            let path = folder.join(format!("{letter}.eml"));
            match std::fs::remove_file(&path) {
                Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                    return Err(Error::File { path, source });
                }
                Ok(()) | Err(_) => {}
            }
        }
        Ok(())
    }
}
