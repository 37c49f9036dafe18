//! Licenses of another system, taken over.

use crate::{Error, Fulfillment, Operator};
use jiff::Timestamp;
use mintmark_adapters::manual::{Existing, Mail, Ruling};
use mintmark_licensing::{LicenseKey, Mode};
use mintmark_storage::{AuditRow, License, LicenseFilter, Origin};
use std::collections::HashMap;

/// A license that is to be taken over.
#[derive(Debug, Clone)]
pub struct Takeover {
    /// The source of its order.
    pub source: String,
    /// What is known of it.
    pub existing: Existing,
    /// What it is to be once it is there, if it does not run.
    pub ruling: Option<Ruling>,
}

/// Whether a license can be taken over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fitness {
    /// It can.
    New,
    /// It is there already, from an earlier import.
    There,
    /// It cannot, for this reason.
    Unfit(String),
}

impl Fulfillment {
    /// Whether each of these can be taken over; nothing is changed.
    ///
    /// # Errors
    /// The database fails.
    pub fn check_takeovers(&self, takeovers: &[Takeover]) -> Result<Vec<Fitness>, Error> {
        let mut orders: HashMap<(&str, &str), usize> = HashMap::new();
        let mut keys: HashMap<&str, usize> = HashMap::new();
        let mut told = Vec::with_capacity(takeovers.len());
        for (place, takeover) in takeovers.iter().enumerate() {
            let Takeover { source, existing, .. } = takeover;
            let is_order_twice = orders.insert((source, &existing.order_id), place).is_some();
            let is_key_twice = existing.key.as_deref().is_some_and(|key| keys.insert(key, place).is_some());
            told.push(match (is_order_twice, is_key_twice) {
                (true, _) => Fitness::Unfit(format!("order_id {} comes twice", existing.order_id)),
                (_, true) => Fitness::Unfit("its key comes twice".to_owned()),
                (false, false) => self.fitness(takeover)?,
            });
        }
        Ok(told)
    }

    /// Puts a license of another system on record, and makes one of it. A second time finds it there.
    ///
    /// # Errors
    /// The database fails. What stands in the way is on the row, not here.
    pub fn take_over(
        &self,
        takeover: &Takeover,
        operator: &Operator,
        now: Timestamp,
    ) -> Result<AuditRow, Error> {
        let Takeover { source, existing, ruling } = takeover;
        let (content_type, body) = (Existing::CONTENT_TYPE, existing.to_body());
        let (_, row) = self.fulfill_written(source, Origin::Import, content_type, body, now)?;
        if let (Some(ruling), Some(id)) = (ruling, &row.license_id) {
            let license = self.records.store.license(id)?.into_iter().collect::<Vec<License>>();
            self.decide_upon(&license, *ruling, Mail::AsUsual, operator, now)?;
        }
        Ok(row)
    }

    fn fitness(&self, takeover: &Takeover) -> Result<Fitness, Error> {
        let Takeover { source, existing, .. } = takeover;
        if self.records.sources.get(source).is_none() {
            return Ok(Fitness::Unfit(format!("there is no source {source}")));
        }
        if let Some(problem) = existing.problem() {
            return Ok(Fitness::Unfit(problem));
        }
        if let Some(obstacle) = self.catalog().obstacle(source, &existing.product_id) {
            return Ok(Fitness::Unfit(obstacle));
        }
        let is_of_order = |license: &License| {
            let terms = &license.terms;
            (terms.source.as_str(), terms.mode.as_str(), terms.source_order_id.as_str())
                == (source.as_str(), Mode::Live.as_str(), existing.order_id.as_str())
        };
        let there = self.records.licenses(&LicenseFilter::named(&existing.order_id))?;
        if there.iter().any(is_of_order) {
            return Ok(Fitness::There);
        }
        let Some(key) = &existing.key else { return Ok(Fitness::New) };
        // Ours are derived from the order, and every other order would have to be asked whether it will get that one.
        if key.parse::<LicenseKey>().is_ok() {
            return Ok(Fitness::Unfit("its key has the form of our own keys".to_owned()));
        }
        Ok(match self.records.store.license_with_key(key)? {
            Some(_) => Fitness::Unfit("another license has its key".to_owned()),
            None => Fitness::New,
        })
    }
}
