//! Licenses that are issued again, because a key that signed them may be in other hands.

use crate::Error;
use crate::installation::{Keys, Ring};
use crate::mint::Minter;
use crate::resend::further;
use crate::settings::Settings;
use jiff::Timestamp;
use mintmark_licensing::{KeyId, Keyring};
use mintmark_storage::{Change, Ledger, License, LicenseStatus, Result as StorageResult, Revision, Store};
use std::collections::BTreeMap;
use std::sync::Arc;

/// So many in one transaction, between which a server gets its turn.
const BATCH: i64 = 200;
/// The word in a license's history.
const REISSUED: &str = "reissued";

/// Whether the buyers are sent their new licenses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Letters {
    /// Nobody is written to: apps fetch what is new.
    None,
    /// A letter for each license that runs; several that came in one letter go in one again.
    Each,
}

/// The licenses that are left under distrusted keys. Cut off at any moment, what is left is found again.
#[derive(Debug)]
pub struct Reissue {
    store: Arc<Store>,
    minter: Arc<Minter>,
    trusted: Arc<Keyring>,
    kids: Vec<String>,
    after: i64,
}

/// What became of one batch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reissued {
    /// How many were issued again.
    pub licenses: usize,
    /// Ids of those that could not be, each with the reason.
    pub failed: Vec<(String, String)>,
    last: Option<i64>,
}

impl Reissue {
    pub(crate) fn new(store: Store, keys: Keys, settings: &Settings) -> Result<Self, Error> {
        let ring = Ring::read(&store)?;
        Ok(Self {
            store: Arc::new(store),
            minter: Arc::new(Minter::new(keys, settings.signing.clone())?),
            kids: ring.distrusted_ids().iter().map(KeyId::to_string).collect(),
            trusted: Arc::new(Keyring::new(ring.distrusted)?),
            after: 0,
        })
    }

    /// How many licenses are left under distrusted keys; `None` for none.
    pub(crate) fn left(store: &Store, ring: &Ring) -> Result<Option<i64>, Error> {
        if ring.distrusted.is_empty() {
            return Ok(None);
        }
        let kids: Vec<String> = ring.distrusted_ids().iter().map(KeyId::to_string).collect();
        Ok(Some(store.count_signed_with(&kids)?).filter(|left| *left > 0))
    }

    /// Issues the next ones again, and commits; `None` once all are done.
    ///
    /// # Errors
    /// The database fails.
    pub fn next_batch(&mut self, letters: Letters, now: Timestamp) -> Result<Option<Reissued>, Error> {
        let batch = Batch {
            store: Arc::clone(&self.store),
            minter: Arc::clone(&self.minter),
            trusted: Arc::clone(&self.trusted),
            letters,
            now,
        };
        let (kids, after) = (self.kids.clone(), self.after);
        let reissued = self.store.settle(now, move |ledger| batch.run(ledger, &kids, after)).wait()?;
        self.after = reissued.last.unwrap_or(self.after);
        Ok(reissued.last.is_some().then_some(reissued))
    }
}

/// One transaction's worth of them.
struct Batch {
    store: Arc<Store>,
    minter: Arc<Minter>,
    trusted: Arc<Keyring>,
    letters: Letters,
    now: Timestamp,
}

impl Batch {
    fn run(&self, ledger: &mut Ledger<'_>, kids: &[String], after: i64) -> StorageResult<Reissued> {
        let mut reissued = Reissued::default();
        let mut leaders = BTreeMap::new();
        for (number, license) in ledger.signed_with(kids, after, BATCH)? {
            reissued.last = Some(number);
            match self.minter.reissue(&license, &self.trusted) {
                Ok(terms) => {
                    let revision = Revision {
                        license_id: terms.id.clone(),
                        license: terms,
                        state: license.state.clone(),
                    };
                    ledger.revise(&revision)?;
                    let detail = format!("under the key {}", self.minter.keys.signing.kid());
                    let change = Change { event: REISSUED, delivery_id: None, detail: Some(&detail) };
                    ledger.add_change(&revision.license_id, &change)?;
                    self.tell(ledger, &license, &mut leaders)?;
                    reissued.licenses += 1;
                }
                Err(reason) => reissued.failed.push((license.terms.id, reason)),
            }
        }
        Ok(reissued)
    }

    /// `leaders` has the new letter of each earlier one.
    fn tell(
        &self,
        ledger: &mut Ledger<'_>,
        license: &License,
        leaders: &mut BTreeMap<i64, i64>,
    ) -> StorageResult<()> {
        let runs = matches!(license.state.status, LicenseStatus::Active | LicenseStatus::Ended);
        if self.letters == Letters::None || !runs {
            return Ok(());
        }
        let earlier = self.store.letters(&license.terms.id)?;
        let came_in = earlier.last().map(|letter| letter.enclosed_in.unwrap_or(letter.id));
        let leader = came_in.and_then(|came_in| leaders.get(&came_in).copied());
        let letter =
            ledger.write_letter(&license.terms.id, further(license, earlier, None, self.now), leader)?;
        if let Some(came_in) = came_in {
            leaders.entry(came_in).or_insert(letter.id);
        }
        Ok(())
    }
}
