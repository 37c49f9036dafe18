//! Whether a license may run: refunds, disputes, the end of a subscription, and what the operator decided.

use super::decisions::Course;
use super::history::End;
use super::{History, OnDispute, OnEnd, OnPaidOff, OnRefund, Policy, Standing};
use jiff::Timestamp;

/// The standing, and why it is not a running one.
pub(super) fn of(history: &History<'_>, policy: &Policy, course: Course) -> (Standing, Option<&'static str>) {
    match course {
        Course::Revoked => (Standing::Revoked, Some("revoked by the operator")),
        Course::Suspended => (Standing::Suspended, Some("suspended by the operator")),
        Course::Reinstated(at) => told_since(history, policy, Some(at)),
        Course::Open => told_since(history, policy, None),
    }
}

/// By what the store told, but for what was known when the operator wanted the license to run.
fn told_since(
    history: &History<'_>,
    policy: &Policy,
    reinstated: Option<Timestamp>,
) -> (Standing, Option<&'static str>) {
    let counts = |heard: Option<Timestamp>| heard.is_some_and(|heard| reinstated.is_none_or(|at| heard > at));
    if counts(history.first().refunded_since) && policy.on_refund == OnRefund::Revoke {
        return (Standing::Revoked, Some("refunded"));
    }
    if counts(history.disputed_since()) {
        match policy.on_dispute {
            OnDispute::Revoke => return (Standing::Revoked, Some("disputed")),
            OnDispute::Suspend => return (Standing::Suspended, Some("disputed")),
            OnDispute::Keep => {}
        }
    }
    if over_since(history, policy).is_some_and(|end| counts(Some(end))) {
        return (Standing::Ended, Some("subscription ended"));
    }
    (Standing::Active, None)
}

/// When a subscription ends that will not be renewed, unless it was taken up again after that.
pub(super) fn cancelled_at(history: &History<'_>) -> Option<Timestamp> {
    history.cancellations.last().copied().filter(|end| !runs_again(history, *end))
}

/// What the store says is over is over, whatever our clock says.
fn over_since(history: &History<'_>, policy: &Policy) -> Option<Timestamp> {
    let last = history.ends.iter().rev().find(|end| is_an_end(**end, policy))?;
    Some(last.at).filter(|end| !runs_again(history, *end))
}

fn is_an_end(end: End, policy: &Policy) -> bool {
    if end.is_paid_off { policy.on_paid_off == OnPaidOff::End } else { policy.on_end == OnEnd::End }
}

/// Whether the subscription was restarted or charged after `end`. In the same second a restart is the answer to the end,
/// but a charge may be the last one before it.
fn runs_again(history: &History<'_>, end: Timestamp) -> bool {
    history.restarts.last().is_some_and(|restart| *restart >= end)
        || history.standing_charges().any(|paid| paid.at > end)
}
