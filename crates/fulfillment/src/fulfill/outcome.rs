//! What a delivery led to, seen from the license before it and after it.

use super::attempt::Cause;
use super::chronicle::Chronicle;
use jiff::{SignedDuration, Timestamp};
use mintmark_adapters::manual::{Decision, Ruling};
use mintmark_adapters::{Event, Extent};
use mintmark_storage::{License, LicenseState, LicenseStatus, NewLicense, Outcome};

/// The charge for an upgrade is made with it.
const WITH_UPGRADE: SignedDuration = SignedDuration::from_hours(1);

/// What has changed; `None` if nothing has.
pub(super) fn of(
    before: &License,
    license: &NewLicense,
    state: &LicenseState,
    cause: Option<&Cause<'_>>,
    chronicle: &Chronicle,
) -> Option<Outcome> {
    if before.state.status != state.status {
        return Some(match state.status {
            LicenseStatus::Active => Outcome::Reinstated,
            LicenseStatus::Ended => Outcome::Ended,
            LicenseStatus::Suspended => Outcome::Suspended,
            LicenseStatus::Revoked => Outcome::Revoked,
        });
    }
    if license.blob == before.terms.blob {
        return None;
    }
    match cause.and_then(|cause| renewed_at(cause, chronicle)) {
        Some(at) if !chronicle.has_plan_change_near(at, WITH_UPGRADE) => Some(Outcome::Renewed),
        _ => Some(Outcome::Updated),
    }
}

/// When the charge of a further period was made, if the delivery tells of one for the first time.
fn renewed_at(cause: &Cause<'_>, chronicle: &Chronicle) -> Option<Timestamp> {
    cause.events.iter().find_map(|event| match event {
        Event::Sold(order) if order.is_recurring_charge => (!chronicle
            .is_told_before(&order.sale_id, cause.delivery.id))
        .then(|| order.sold_at.unwrap_or(cause.delivery.recorded.received_at)),
        _ => None,
    })
}

/// The word in the license's history; a sale that is told again leaves none.
pub(super) fn event(outcome: Option<Outcome>, cause: Option<&Cause<'_>>) -> Option<&'static str> {
    let ruling = cause.and_then(Cause::decision).map(|decision| decision.decision);
    match (outcome, cause) {
        (Some(Outcome::Updated), _) if ruling == Some(Ruling::Reissue) => Some("reissued"),
        (Some(Outcome::Updated), _) if ruling == Some(Ruling::RotateKey) => Some("key_rotated"),
        (Some(outcome), _) => Some(outcome.as_str()),
        (None, Some(cause)) if !cause.tells_of_a_sale() => Some(Outcome::Noted.as_str()),
        (None, _) => None,
    }
}

/// What happened, in words for the license's history.
pub(super) fn detail(
    license: &NewLicense,
    outcome: Option<Outcome>,
    cause: Option<&Cause<'_>>,
) -> Option<String> {
    let Some(cause) = cause else { return Some("at its time".to_owned()) };
    let told = cause.events.iter().rev().find_map(described);
    let until = license.expires_at.filter(|_| matches!(outcome, Some(Outcome::Renewed | Outcome::Updated)));
    match (told, until) {
        (Some(told), Some(until)) => Some(format!("{told}; runs until {until}")),
        (Some(told), None) => Some(told),
        (None, until) => until.map(|until| format!("runs until {until}")),
    }
}

fn described(event: &Event) -> Option<String> {
    Some(match event {
        Event::Sold(order) if order.is_recurring_charge => format!("charge {}", order.sale_id),
        Event::Sold(_) | Event::TrialUntil(_) => return None,
        Event::Refunded { charge, extent } => {
            let extent = match extent {
                Extent::Full => "full refund",
                Extent::Partial => "partial refund",
                Extent::Unknown => "refund of unknown extent",
            };
            format!("{extent} of {}", charge.sale_id)
        }
        Event::Disputed(charge) => format!("dispute of {}", charge.sale_id),
        Event::DisputeWon(charge) => format!("dispute of {} won", charge.sale_id),
        Event::Cancelled { ends_at: Some(at) } => format!("cancelled, ends at {at}"),
        Event::Cancelled { ends_at: None } => "cancelled".to_owned(),
        Event::PlanChanged(change) => match (&change.plan, change.effective_at) {
            (Some(plan), Some(at)) => format!("plan {plan} from {at}"),
            (Some(plan), None) => format!("plan {plan}"),
            (None, Some(at)) => format!("another plan from {at}"),
            (None, None) => "another plan".to_owned(),
        },
        Event::Ended { at, .. } => {
            at.map_or("subscription ended".to_owned(), |at| format!("subscription ended at {at}"))
        }
        Event::Decided(decision) => decided(decision),
        Event::Existed(_) => "taken over from another system".to_owned(),
        Event::Restarted { at } => {
            at.map_or("subscription restarted".to_owned(), |at| format!("subscription restarted at {at}"))
        }
    })
}

/// Who decided, and why.
pub(super) fn decided(decision: &Decision) -> String {
    let why = decision.why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
    format!("by {}{why}", decision.by)
}
