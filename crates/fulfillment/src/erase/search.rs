//! Looking for a person in everything on record.

use super::Erasable;
use crate::{Error, Fulfillment, masked};
use mintmark_adapters::manual::Ruling;
use mintmark_adapters::{Event, Verdict};
use mintmark_storage::{Delivery, License, LicenseFilter, OrderName, Person, Told};
use percent_encoding::percent_decode;

/// A shorter name is found in everything.
const SHORTEST_NAME: usize = 3;

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

    /// Whether a delivery is the decision to erase its order.
    pub(super) fn is_erasure(&self, delivery: &Delivery) -> bool {
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
