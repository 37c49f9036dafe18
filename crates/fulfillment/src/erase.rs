//! Erasing a person: they are taken out of everything on record, and nothing that is told later brings them back.

use crate::installation::{DataFolder, Ring};
use crate::{Error, Fulfillment, masked};
use jiff::Timestamp;
use mintmark_adapters::manual::{Decision, Mail, Ruling};
use mintmark_adapters::{Event, Verdict};
use mintmark_licensing::Keyring;
use mintmark_storage::{
    Ledger, License, LicenseFilter, NewLicense, OrderName, Person, Result as StorageResult, Told,
};
use percent_encoding::percent_decode;
use std::collections::{BTreeMap, BTreeSet};

/// What arrives while somebody is erased is looked for again, so many times.
const MOST_ROUNDS: usize = 4;
/// A shorter name is found in everything.
const SHORTEST_NAME: usize = 3;

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
    /// Looks for an e-mail address in everything on record. Reads every delivery.
    ///
    /// # Errors
    /// The database fails.
    pub fn erasable(&self, address: &str) -> Result<Erasable, Error> {
        let address = address.trim().to_lowercase();
        let mut person = Person { names: [masked(&address)].into(), address };
        let of_address = LicenseFilter { named: Some(person.address.clone()), ..LicenseFilter::default() };
        let mut licenses = self.records.store.licenses(&of_address)?;
        licenses.retain(|license| license.terms.email.to_lowercase() == person.address);
        for license in &licenses {
            name(&mut person, &license.terms.name);
        }
        let orders = licenses.iter().map(order_of).collect();
        let letters = self.records.store.letters_to(&person.address)?;
        let mut erasable = Erasable { person, orders, loose: Vec::new(), deliveries: 0, licenses, letters };
        let mut last = i64::MIN;
        loop {
            let page = self.records.store.told_after(last)?;
            let Some(newest) = page.last() else { break };
            last = newest.delivery.id;
            page.iter().for_each(|told| self.look_at(told, &mut erasable));
        }
        Ok(erasable)
    }

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

    fn is_erasure(&self, delivery: &mintmark_storage::Delivery) -> bool {
        let interpretation = self.records.interpret(delivery);
        let is_erasure =
            |event: &Event| matches!(event, Event::Decided(decision) if decision.decision == Ruling::Erase);
        interpretation.is_some_and(|interpretation| match interpretation.verdict {
            Verdict::Events(events) => events.iter().any(is_erasure),
            Verdict::Ignored(_) | Verdict::Held(_) | Verdict::Unreadable(_) | Verdict::Reported(_) => false,
        })
    }

    /// Notes what a delivery has to do with the person.
    fn look_at(&self, told: &Told, erasable: &mut Erasable) {
        let recorded = &told.delivery.recorded;
        let interpretation = self.records.interpret(&told.delivery);
        let facts = interpretation.and_then(|interpretation| interpretation.facts).unwrap_or_default();
        let texts = [
            String::from_utf8_lossy(&recorded.body).into_owned(),
            percent_decode(&recorded.body).decode_utf8_lossy().into_owned(),
            recorded.headers.clone(),
            facts.to_string(),
            told.reading.clone().unwrap_or_default(),
        ];
        let address = &erasable.person.address;
        if !texts.iter().any(|text| text.to_lowercase().contains(address.as_str())) {
            return;
        }
        if self.is_erasure(&told.delivery) {
            return;
        }
        if facts["email"].as_str().is_some_and(|email| email.to_lowercase() == *address) {
            name(&mut erasable.person, facts["full_name"].as_str().unwrap_or_default());
        }
        erasable.deliveries += 1;
        match &told.order {
            Some(order) => drop(erasable.orders.insert(order.clone())),
            None => erasable.loose.push(told.delivery.id),
        }
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

/// What one order is emptied with.
struct Job<'a> {
    fulfillment: &'a Fulfillment,
    person: &'a Person,
    ring: &'a Keyring,
}

/// What one order was emptied of.
#[derive(Debug, Default)]
struct Emptied {
    deliveries: usize,
    licenses: usize,
    letters: Vec<i64>,
    failed: Vec<(String, String)>,
}

impl Job<'_> {
    fn order(&self, order: &OrderName, now: Timestamp) -> Result<Emptied, Error> {
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

fn name(person: &mut Person, name: &str) {
    let name = name.trim();
    if name.chars().count() >= SHORTEST_NAME {
        person.names.insert(name.to_owned());
    }
}

fn order_of(license: &License) -> OrderName {
    let terms = &license.terms;
    OrderName {
        source: terms.source.clone(),
        mode: terms.mode.clone(),
        order_id: terms.source_order_id.clone(),
    }
}
