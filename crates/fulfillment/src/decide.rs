//! Decisions of an operator about licenses that are there.

use crate::{Error, Fulfillment, Operator};
use jiff::Timestamp;
use mintmark_adapters::manual::{Decision, Mail, Ruling};
use mintmark_storage::{AuditRow, Letter, License, LicenseFilter};
use std::collections::BTreeMap;

/// What became of a license that an operator decided upon.
#[derive(Debug, Clone)]
pub struct Decided {
    /// As it was.
    pub before: License,
    /// As it is.
    pub after: License,
    /// Its newest letter.
    pub letter: Option<Letter>,
    /// Whether that letter was put into the outbox by this.
    pub has_new_letter: bool,
    /// The decision's own row of the audit log; if it is not processed, nothing has changed yet.
    pub row: AuditRow,
}

impl Decided {
    /// Whether the revocation list names it.
    pub fn is_on_the_revocation_list(&self) -> bool {
        let state = &self.after.state;
        state.status != mintmark_storage::LicenseStatus::Active || state.void_below > 1
    }
}

impl Fulfillment {
    /// Decides upon these licenses; upon a whole order, with what it may get later, if all its licenses are among them.
    /// Answers for each license, in their order.
    ///
    /// # Errors
    /// The database fails. What stands in the way of a decision is on its row, not here.
    pub fn decide_upon(
        &self,
        licenses: &[License],
        ruling: Ruling,
        mail: Mail,
        operator: &Operator,
        now: Timestamp,
    ) -> Result<Vec<Decided>, Error> {
        let mut decided = BTreeMap::new();
        for target in self.targets(licenses)? {
            let terms = &licenses[target.places[0]].terms;
            let decision = Decision {
                decision: ruling,
                order_id: terms.source_order_id.clone(),
                mode: terms.mode.parse()?,
                item: target.item,
                by: operator.name.clone(),
                why: operator.why.clone(),
                at: now,
                mail,
            };
            let mut newest = Vec::with_capacity(target.places.len());
            for place in &target.places {
                newest.push(self.records.store.newest_letter(&licenses[*place].terms.id)?);
            }
            let (_, row) = self.decide(&terms.source, &decision, now)?;
            for (place, letter) in target.places.into_iter().zip(newest) {
                decided.insert(place, self.told(&licenses[place], letter, row.clone())?);
            }
        }
        Ok(decided.into_values().collect())
    }

    /// An order is decided upon whole if all its licenses are meant, and otherwise license by license.
    fn targets(&self, licenses: &[License]) -> Result<Vec<Target>, Error> {
        let mut orders: BTreeMap<(&str, &str, &str), Vec<usize>> = BTreeMap::new();
        for (place, License { terms, .. }) in licenses.iter().enumerate() {
            orders.entry((&terms.source, &terms.mode, &terms.source_order_id)).or_default().push(place);
        }
        let mut targets = Vec::new();
        for ((source, mode, order_id), places) in orders {
            let mut all = self.records.licenses(&LicenseFilter::named(order_id))?;
            all.retain(|License { terms, .. }| {
                (terms.source.as_str(), terms.mode.as_str(), terms.source_order_id.as_str())
                    == (source, mode, order_id)
            });
            if places.len() >= all.len() {
                targets.push(Target { item: None, places });
                continue;
            }
            targets.extend(places.into_iter().map(|place| {
                let item = u32::try_from(licenses[place].terms.item).unwrap_or_default();
                Target { item: Some(item), places: vec![place] }
            }));
        }
        Ok(targets)
    }

    fn told(&self, before: &License, letter: Option<Letter>, row: AuditRow) -> Result<Decided, Error> {
        let id = &before.terms.id;
        let after = self.records.store.license(id)?;
        let after = after.ok_or_else(|| Error::NotFound { what: "license", id: id.clone() })?;
        let newest = self.records.store.newest_letter(id)?;
        let id_of = |letter: &Option<Letter>| letter.as_ref().map(|letter| letter.id);
        let has_new_letter = id_of(&newest) != id_of(&letter);
        Ok(Decided { before: before.clone(), after, letter: newest, has_new_letter, row })
    }
}

/// What one decision is about.
struct Target {
    /// `None` for the whole order.
    item: Option<u32>,
    /// Where its licenses stand among those that are meant.
    places: Vec<usize>,
}
