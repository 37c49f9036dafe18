//! The claims in hand, kept from running out for as long as a sending takes.

use super::Shared;
use jiff::SignedDuration;
use mintmark_storage::{Claim, Result};
use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The claims in hand.
#[derive(Debug)]
pub(super) struct Claims {
    ids: Mutex<BTreeSet<String>>,
    term: Term,
}

/// How long a claim holds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Term {
    /// A server that has not been heard of for this long is taken for dead.
    pub(crate) lease: SignedDuration,
    /// How often it makes itself heard.
    pub(crate) heartbeat: Duration,
}

impl Default for Term {
    /// Five heartbeats may be missed.
    fn default() -> Self {
        Self { lease: SignedDuration::from_secs(30), heartbeat: Duration::from_secs(5) }
    }
}

/// A claim that is kept from running out until this is dropped.
#[derive(Debug)]
pub(super) struct Held<'a> {
    claims: &'a Claims,
    pub(super) id: String,
}

impl Claims {
    pub(super) fn new(term: Term) -> Self {
        Self { ids: Mutex::default(), term }
    }

    /// Draws a claim for letters that are about to be given to `provider`.
    pub(super) fn draw(&self, provider: &str) -> (Claim, Held<'_>) {
        let id = uuid::Uuid::new_v4().to_string();
        self.ids().insert(id.clone());
        let claim = Claim { id: id.clone(), provider: provider.to_owned(), lease: self.term.lease };
        (claim, Held { claims: self, id })
    }

    fn ids(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.claims.ids().remove(&self.id);
    }
}

impl Shared {
    /// Renews the claims in hand from time to time, all in one statement.
    pub(super) fn beat(&self) {
        while !self.closing.wait(self.claims.term.heartbeat) {
            if let Err(error) = self.renew() {
                tracing::warn!(%error, "the claims on letters could not be renewed");
            }
        }
    }

    /// Renews the claims in hand.
    pub(super) fn renew(&self) -> Result<()> {
        let claims: Vec<String> = self.claims.ids().iter().cloned().collect();
        if !claims.is_empty() {
            self.office.records.store.renew_claims(claims, self.claims.term.lease).wait()?;
        }
        Ok(())
    }
}
