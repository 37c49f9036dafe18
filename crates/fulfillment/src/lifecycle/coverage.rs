//! What the charges of an order pay for: seats, time, and new builds.

use super::calendar::{add, period};
use super::history::{Change, Paid};
use super::{Expires, History, Policy, Seats};
use jiff::{Timestamp, ToSpan as _};

/// What a blob says that depends on charges and plans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Coverage {
    pub(super) seats: u32,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) updates_until: Option<Timestamp>,
}

/// What coverage is reckoned from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reckoning<'h> {
    pub(super) history: &'h History<'h>,
    pub(super) policy: &'h Policy,
    /// The changes of plan that hold by now.
    pub(super) changes: &'h [Change<'h>],
}

impl Reckoning<'_> {
    /// What is paid for, by the charges that stand.
    pub(super) fn coverage(&self) -> Result<Coverage, &'static str> {
        let charges: Vec<&Paid<'_>> = self.history.standing_charges().collect();
        self.covered_by(&charges, self.history.trial_end())
    }

    /// Whether earlier blobs may promise more than `standing`: from before a later charge was given back, or before it
    /// was known that the first period is a trial. Once further charges have paid for as much, they no longer do.
    pub(super) fn is_less_than_once_promised(&self, standing: Coverage) -> bool {
        if self.history.later_refunds() == 0 && self.history.trial_end().is_none() {
            return false;
        }
        let charges: Vec<&Paid<'_>> = self.history.charges().iter().collect();
        // What cannot be reckoned lies beyond the calendar, and so beyond what stands.
        self.covered_by(&charges, None).map_or(true, |promised| {
            promised.seats > standing.seats
                || is_later(promised.expires_at, standing.expires_at)
                || is_later(promised.updates_until, standing.updates_until)
        })
    }

    fn covered_by(
        &self,
        charges: &[&Paid<'_>],
        trial_end: Option<Timestamp>,
    ) -> Result<Coverage, &'static str> {
        // Whoever goes on paying goes on getting new builds.
        let latest = charges.last().map_or(self.history.first().at, |paid| paid.at);
        Ok(Coverage {
            seats: self.seats(charges),
            expires_at: self.expiry(charges, trial_end)?,
            updates_until: self.policy.updates.map(|span| add(latest, span)).transpose()?,
        })
    }

    /// As many as the latest charge or plan says; in the same second, the plan.
    fn seats(&self, charges: &[&Paid<'_>]) -> u32 {
        if let Seats::Fixed(seats) = self.policy.seats {
            return seats;
        }
        let charged = charges.last().map(|paid| (paid.at, paid.order.quantity));
        let mut changed = self.changes.iter().rev();
        let changed = changed.find_map(|change| Some((change.at, change.told.quantity?)));
        match (charged, changed) {
            (Some((charged_at, _)), Some((changed_at, seats))) if changed_at >= charged_at => seats,
            (Some((_, seats)), _) | (None, Some((_, seats))) => seats,
            (None, None) => 1,
        }
    }

    fn expiry(
        &self,
        charges: &[&Paid<'_>],
        trial_end: Option<Timestamp>,
    ) -> Result<Option<Timestamp>, &'static str> {
        if let Some(earlier) = self.history.earlier_expiry() {
            return Ok(Some(earlier));
        }
        match &self.policy.expires {
            Expires::Never => Ok(None),
            Expires::After(span) => add(self.history.first().at, *span).map(Some),
            Expires::Subscription if self.policy.is_paid_off(self.history) => Ok(None),
            Expires::Subscription => {
                let grace = i64::try_from(self.policy.grace_within_subscription());
                let grace = grace.map_err(|_| "the grace is too long")?;
                add(self.paid_until(charges, trial_end)?, grace.seconds()).map(Some)
            }
        }
    }

    /// The latest end of the periods. Not the sum: a charge in the middle of a period begins a new one.
    fn paid_until(
        &self,
        charges: &[&Paid<'_>],
        trial_end: Option<Timestamp>,
    ) -> Result<Timestamp, &'static str> {
        let usual = self.history.usual_recurrence(self.changes);
        let mut latest = trial_end;
        for paid in charges.iter().skip(usize::from(trial_end.is_some())) {
            let recurrence = paid.order.recurrence.or(usual);
            let recurrence = recurrence.ok_or("expires: subscription, but the order has no recurrence")?;
            latest = latest.max(Some(add(paid.at, period(recurrence))?));
        }
        Ok(latest.unwrap_or(self.history.first().at))
    }
}

/// For ever is later than any time.
fn is_later(one: Option<Timestamp>, other: Option<Timestamp>) -> bool {
    other.is_some_and(|other| one.is_none_or(|one| one > other))
}
