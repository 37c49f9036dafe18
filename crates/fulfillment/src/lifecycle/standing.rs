//! Whether a license may run: refunds, disputes, and the end of a subscription.

use super::history::End;
use super::{History, OnDispute, OnEnd, OnPaidOff, OnRefund, Policy, Standing};
use jiff::Timestamp;

/// The standing, and why it is not a running one.
pub(super) fn of(history: &History<'_>, policy: &Policy) -> (Standing, Option<&'static str>) {
    if history.first().is_refunded && policy.on_refund == OnRefund::Revoke {
        return (Standing::Revoked, Some("refunded"));
    }
    if history.has_unresolved_dispute() {
        match policy.on_dispute {
            OnDispute::Revoke => return (Standing::Revoked, Some("disputed")),
            OnDispute::Suspend => return (Standing::Suspended, Some("disputed")),
            OnDispute::Keep => {}
        }
    }
    if is_over(history, policy) {
        return (Standing::Ended, Some("subscription ended"));
    }
    (Standing::Active, None)
}

/// When a subscription ends that will not be renewed, unless it was taken up again after that.
pub(super) fn cancelled_at(history: &History<'_>) -> Option<Timestamp> {
    history.cancellations.last().copied().filter(|end| !runs_again(history, *end))
}

/// What the store says is over is over, whatever our clock says.
fn is_over(history: &History<'_>, policy: &Policy) -> bool {
    let last = history.ends.iter().rev().find(|end| counts(**end, policy));
    last.is_some_and(|end| !runs_again(history, end.at))
}

fn counts(end: End, policy: &Policy) -> bool {
    if end.is_paid_off { policy.on_paid_off == OnPaidOff::End } else { policy.on_end == OnEnd::End }
}

/// Whether the subscription was restarted or charged after `end`. In the same second a restart is the answer to the end,
/// but a charge may be the last one before it.
fn runs_again(history: &History<'_>, end: Timestamp) -> bool {
    history.restarts.last().is_some_and(|restart| *restart >= end)
        || history.standing_charges().any(|paid| paid.at > end)
}
