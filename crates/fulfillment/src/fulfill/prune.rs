//! Pruning: deliveries go on which nothing depends any more.

use super::settler::Settler;
use super::spare::{Spare, Spared};
use crate::{Error, Fulfillment};
use jiff::Timestamp;
use mintmark_storage::OrderName;
use std::collections::{BTreeMap, BTreeSet};

/// Deliveries that are looked at in one reading.
const PAGE: i64 = 1000;
/// Orders of which is written in one transaction: few, since a server writes beside this.
const TOGETHER: usize = 32;

/// What can be pruned.
#[derive(Debug)]
pub struct Prunable {
    /// How many deliveries there are of each kind.
    pub rows: BTreeMap<Spare, usize>,
    before: Timestamp,
    orders: Vec<OrderName>,
}

impl Prunable {
    /// How many deliveries there are.
    pub fn len(&self) -> usize {
        self.rows.values().sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

impl Fulfillment {
    /// What can be pruned of what came before a time. Nothing is changed yet.
    ///
    /// # Errors
    /// The audit log is not whole, and what is pruned of it could not be proved; or the database fails.
    pub fn prunable(&self, before: Timestamp, now: Timestamp) -> Result<Prunable, Error> {
        let store = &self.records.store;
        let inspection = store.inspect_log(&[], |_, _| {})?;
        if let Some((_, flaw)) = inspection.flaws.first() {
            return Err(Error::BrokenLog(flaw.to_string()));
        }
        let settler = self.settler(now);
        let (mut rows, mut orders) = (BTreeMap::new(), BTreeSet::new());
        let mut last = i64::MIN;
        loop {
            let page = store.to_prune(before, last, PAGE)?;
            let Some((newest, _)) = page.last() else { break };
            last = *newest;
            for (_, name) in page {
                if orders.contains(&name) {
                    continue;
                }
                let spared = store.look(now, |ledger| settler.spare(ledger, &name, before))?;
                if !spared.is_empty() {
                    orders.insert(name);
                }
                for Spared { why, .. } in spared {
                    *rows.entry(why).or_default() += 1;
                }
            }
        }
        Ok(Prunable { rows, before, orders: orders.into_iter().collect() })
    }

    /// Prunes it, a few orders at a time beside whatever server is running, if it still can be. `progress` is told of
    /// how many deliveries were removed. Answers how many those are.
    ///
    /// # Errors
    /// The database fails; what was pruned until then stays so.
    pub fn prune(
        &self,
        prunable: &Prunable,
        clock: impl Fn() -> Timestamp,
        mut progress: impl FnMut(usize),
    ) -> Result<usize, Error> {
        let mut removed = 0;
        for orders in prunable.orders.chunks(TOGETHER) {
            let (settler, orders, before) = (self.settler(clock()), orders.to_vec(), prunable.before);
            let choose =
                move |ledger: &mut mintmark_storage::Ledger<'_>| chosen(&settler, ledger, &orders, before);
            removed += self.records.store.prune(clock(), choose).wait()?;
            progress(removed);
        }
        Ok(removed)
    }
}

/// Decided anew: in the transaction that removes, nobody else writes of these orders.
fn chosen(
    settler: &Settler,
    ledger: &mut mintmark_storage::Ledger<'_>,
    orders: &[OrderName],
    before: Timestamp,
) -> mintmark_storage::Result<Vec<i64>> {
    let mut ids = Vec::new();
    for name in orders {
        ids.extend(settler.spare(ledger, name, before)?.into_iter().map(|spared| spared.delivery));
    }
    Ok(ids)
}
