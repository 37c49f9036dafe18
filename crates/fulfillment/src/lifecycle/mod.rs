//! The life of an order: the state of its license, as a function of the set of facts told of it.
//!
//! **Architecture Invariant:** nothing here depends on the order in which facts arrive, or on how often one is told.

mod calendar;
mod coverage;
mod decisions;
mod history;
mod policy;
mod standing;

#[cfg(test)]
pub(crate) mod tests;

pub(crate) use decisions::{Scope, is_erased};
pub(crate) use history::History;
pub(crate) use policy::{Expires, OnDispute, OnEnd, OnPaidOff, OnRefund, Policy, Seats};

use coverage::Reckoning;
use decisions::Decided;
use history::Change;
use jiff::Timestamp;
use mintmark_adapters::Event;

/// A fact, with what is known of its telling.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    /// What was told.
    pub(crate) event: Event,
    /// The number of the delivery that told it. Where two tell of one charge differently, the smaller one is believed.
    pub(crate) delivery: i64,
    /// When that delivery arrived; facts without a time of their own count from the first arrival.
    pub(crate) received_at: Timestamp,
}

/// What an order's license is and says at a certain time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct State {
    /// Whether it may run.
    pub(crate) standing: Standing,
    /// Why it may not, in the fixed words: `refunded`, `disputed`, `subscription ended`, `revoked by the operator`,
    /// `suspended by the operator`.
    pub(crate) why: Option<&'static str>,
    /// How many seats.
    pub(crate) seats: u32,
    /// Until when it runs; `None` is for ever.
    pub(crate) expires_at: Option<Timestamp>,
    /// Seconds that it may run on after that.
    pub(crate) grace: u64,
    /// Up to which release date new builds run; `None` is all.
    pub(crate) updates_until: Option<Timestamp>,
    /// The number of the blob that says so. It grows whenever a further fact changes what the blob says.
    pub(crate) seq: u32,
    /// Blobs with a smaller number promise more than was paid in the end; 0 if there are none.
    pub(crate) void_below: u32,
    /// How often its key was replaced.
    pub(crate) rotations: u32,
    /// The key that the buyer has had of another system, unless it was replaced.
    pub(crate) foreign_key: Option<String>,
    /// When the state changes by itself.
    pub(crate) review_at: Option<Timestamp>,
    /// When a subscription ends, or ended, that will not be renewed.
    pub(crate) cancelled_at: Option<Timestamp>,
    /// The store's name of the plan that holds now, if the store ever told of a change.
    pub(crate) plan: Option<String>,
}

/// Whether a license may run. Of several reasons the later one in this list counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Nothing is wrong.
    Active,
    /// Its subscription is over.
    Ended,
    /// The money is in dispute, or the operator is in doubt; it may come back.
    Suspended,
    /// The money was given back, or the operator took it back.
    Revoked,
}

impl State {
    /// The state of these licenses at `now`; otherwise why the product's policy does not fit the order, for a person.
    pub(crate) fn of(
        history: &History<'_>,
        policy: &Policy,
        scope: Scope,
        now: Timestamp,
    ) -> Result<Self, &'static str> {
        let (effective, pending) = history.changes_at(now);
        let reckoning = Reckoning { history, policy, changes: effective };
        let covered = reckoning.coverage()?;
        let decided = history.decided(scope);
        let seq = seq(history, policy, effective, decided);
        let is_diminished = reckoning.is_less_than_once_promised(covered);
        let (standing, why) = standing::of(history, policy, decided.course);
        Ok(Self {
            standing,
            why,
            seats: covered.seats,
            expires_at: covered.expires_at,
            grace: policy.grace_after_end(),
            updates_until: covered.updates_until,
            seq,
            void_below: if is_diminished { seq } else { 0 },
            rotations: u32::try_from(decided.rotations).unwrap_or(u32::MAX),
            foreign_key: history.foreign_key().filter(|_| decided.rotations == 0).map(str::to_owned),
            review_at: pending.first().map(|change| change.at),
            cancelled_at: standing::cancelled_at(history),
            plan: effective.iter().rev().find_map(|change| change.told.plan.clone()),
        })
    }

    /// Whether an order that has no license yet gets one. What has ended was paid for once, and says so itself.
    pub(crate) fn mints(&self) -> bool {
        matches!(self.standing, Standing::Active | Standing::Ended)
    }
}

/// Counts every fact that may change what a blob says, and each only once. None is ever taken back, so the number
/// never falls. The end of a trial and of an installment plan move nothing but the end of a subscription's license.
fn seq(history: &History<'_>, policy: &Policy, effective: &[Change<'_>], decided: Decided) -> u32 {
    let mut facts = history.charges().len() + history.later_refunds() + effective.len();
    facts += decided.reissues + decided.rotations;
    if policy.follows_subscription() {
        facts += history.trials() + usize::from(policy.is_paid_off(history));
    }
    u32::try_from(facts).unwrap_or(u32::MAX)
}
