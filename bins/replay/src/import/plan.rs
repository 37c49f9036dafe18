//! What an import would do, before it does it.

use super::file::Item;
use crate::failure::{Ending, Failure};
use mintmark_fulfillment::{Customs, Fate, Fulfillment, Parcel, printable};
use serde_json::json;
use std::collections::BTreeMap;
use std::io::Write;

/// More refusals than a person reads.
const MOST_SHOWN: usize = 20;

/// What would become of each item.
#[derive(Debug)]
pub(super) struct Plan {
    /// Those that are new.
    pub(super) parcels: Vec<Parcel>,
    fates: Vec<(String, Fate)>,
    /// Sales of products that the catalog does not know.
    unmapped: BTreeMap<String, usize>,
}

impl Plan {
    pub(super) fn of(items: Vec<Item>, fulfillment: &Fulfillment) -> Result<Self, Failure> {
        let mut plan = Self { parcels: Vec::new(), fates: Vec::new(), unmapped: BTreeMap::new() };
        let mut customs = Customs::default();
        for Item { place, parcel } in items {
            let fate = match &parcel {
                Ok(parcel) => fulfillment.records().examine(parcel, &mut customs)?,
                Err(why) => Fate::Refused(why.clone()),
            };
            if let Fate::New { product: Some((source, product)), .. } = &fate
                && !fulfillment.knows_product(source, product)
            {
                *plan.unmapped.entry(format!("{source}/{product}")).or_default() += 1;
            }
            if let (Fate::New { .. }, Ok(parcel)) = (&fate, parcel) {
                plan.parcels.push(parcel);
            }
            plan.fates.push((place, fate));
        }
        Ok(plan)
    }

    pub(super) fn ending(&self) -> Ending {
        let is_refused = |(_, fate): &(String, Fate)| matches!(fate, Fate::Refused(_));
        if self.fates.iter().any(is_refused) { Ending::SomeFailed } else { Ending::Done }
    }

    pub(super) fn words(&self) -> String {
        let known = self.fates.iter().filter(|(_, fate)| matches!(fate, Fate::Known { .. })).count();
        let refused: Vec<(&str, &str)> = self.refused().collect();
        let new = self.parcels.len();
        let mut words = format!("{new} new, {known} on record already, {} refused\n", refused.len());
        for (product, count) in &self.unmapped {
            words
                .push_str(&format!("{count:>7}  no entry in config/products.yaml: {}\n", printable(product)));
        }
        for (place, why) in refused.iter().take(MOST_SHOWN) {
            words.push_str(&format!("  {}: {}\n", printable(place), printable(why)));
        }
        if refused.len() > MOST_SHOWN {
            words
                .push_str(&format!("  and {} more: --dry-run --json has them\n", refused.len() - MOST_SHOWN));
        }
        words
    }

    fn refused(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fates.iter().filter_map(|(place, fate)| match fate {
            Fate::Refused(why) => Some((place.as_str(), why.as_str())),
            Fate::New { .. } | Fate::Known { .. } => None,
        })
    }

    /// One line for each item.
    pub(super) fn write_json(&self, output: &mut dyn Write) -> Result<(), Failure> {
        for (place, fate) in &self.fates {
            let (word, kind, order, row, reason) = match fate {
                Fate::New { kind, order_id, .. } => ("new", Some(kind), order_id.as_ref(), None, None),
                Fate::Known { row } => ("known", None, None, *row, None),
                Fate::Refused(why) => ("refused", None, None, None, Some(why)),
            };
            let line = json!({
                "place": place, "fate": word, "kind": kind, "order_id": order, "row": row, "reason": reason,
            });
            writeln!(output, "{line}")?;
        }
        Ok(())
    }
}
