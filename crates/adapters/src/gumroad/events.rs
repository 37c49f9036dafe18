//! The seven events that are not a sale.

use serde_json::Value;

use super::collisions;
use super::sale::{Flags, recurrence_named};
use crate::fields::{Fault, Fields, check_identifier};
use crate::{Charge, EndReason, Event, Extent, Kind, PlanChange, Verdict, text};

/// Keys that say which order an event belongs to.
const IDENTITY: [&str; 2] = ["sale_id", "subscription_id"];

/// A plan's name is shorter in every store.
const LONGEST_PLAN: usize = 255;

/// What an event tells, unless it cannot be believed or does not say which order it is about.
pub(super) fn verdict(fields: &Fields, kind: Kind) -> Verdict {
    if let Err(held) = collisions::hold(fields, &collisions::REPLACEABLE) {
        return held;
    }
    let flags = match Flags::read(fields) {
        Ok(flags) => flags,
        Err(reason) => return Verdict::Held(reason),
    };
    let events = match kind {
        Kind::Refund | Kind::Dispute | Kind::DisputeWon => of_charge(fields, kind, &flags),
        _ => of_subscription(fields, kind),
    };
    events.map_or_else(|fault| Verdict::Unreadable(fault.to_string()), Verdict::Events)
}

fn of_charge(fields: &Fields, kind: Kind, flags: &Flags) -> Result<Vec<Event>, Fault> {
    let charge = charge(fields, flags)?;
    let mut events = Vec::new();
    if kind == Kind::Refund || flags.refunded {
        events.push(Event::Refunded { charge: charge.clone(), extent: extent(fields, flags) });
    }
    if kind == Kind::Dispute || flags.disputed {
        events.push(Event::Disputed(charge.clone()));
    }
    if kind == Kind::DisputeWon || flags.dispute_won {
        events.push(Event::DisputeWon(charge));
    }
    Ok(events)
}

fn charge(fields: &Fields, flags: &Flags) -> Result<Charge, Fault> {
    fields.require(&["sale_id"])?;
    IDENTITY.iter().try_for_each(|name| fields.identifier(name).map(drop))?;
    Ok(Charge {
        sale_id: fields.identifier("sale_id")?.ok_or_else(|| Fault::Missing("sale_id".to_owned()))?,
        product_id: fields.identifier("product_id")?,
        email: fields.email("email")?,
        sold_at: fields.time("sale_timestamp")?,
        is_recurring: flags.is_recurring_charge,
    })
}

/// Gumroad tells of a part by saying that the sale is not refunded, and never how large it is.
fn extent(fields: &Fields, flags: &Flags) -> Extent {
    match (fields.get("refunded"), flags.refunded) {
        (None, _) => Extent::Unknown,
        (Some(_), true) => Extent::Full,
        (Some(_), false) => Extent::Partial,
    }
}

fn of_subscription(fields: &Fields, kind: Kind) -> Result<Vec<Event>, Fault> {
    fields.require(&["subscription_id"])?;
    IDENTITY.iter().try_for_each(|name| fields.identifier(name).map(drop))?;
    let event = match kind {
        Kind::Cancellation => Event::Cancelled { ends_at: fields.time("cancelled_at")? },
        Kind::SubscriptionUpdated => Event::PlanChanged(plan_change(fields)?),
        Kind::SubscriptionEnded => Event::Ended { at: fields.time("ended_at")?, reason: end_reason(fields) },
        _ => Event::Restarted { at: fields.time("restarted_at")? },
    };
    let trial = fields.time("free_trial_ends_at")?.map(Event::TrialUntil);
    Ok(trial.into_iter().chain([event]).collect())
}

/// Of the new plan only what a license depends on; its price is in the currency of the listing.
fn plan_change(fields: &Fields) -> Result<PlanChange, Fault> {
    let plan = fields.map("new_plan");
    let word = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let named = |name: &str| word(plan.get(name)).filter(|text| !text.trim().is_empty());
    let quantity = plan.get("quantity").and_then(|quantity| match quantity {
        Value::String(text) => text.parse().ok(),
        other => other.as_u64().and_then(|number| u32::try_from(number).ok()),
    });
    let tier = plan.get("tier").and_then(|tier| word(tier.get("name")));
    let plan = tier.map(|tier| text::one_line(&tier, LONGEST_PLAN)).filter(|tier| !tier.is_empty());
    if let Some(plan) = &plan {
        check_identifier("new_plan[tier][name]", plan)?;
    }
    Ok(PlanChange {
        effective_at: fields.time("effective_as_of")?,
        quantity: quantity.filter(|quantity| *quantity > 0),
        recurrence: named("recurrence").as_deref().and_then(recurrence_named),
        plan,
    })
}

/// An installment plan ends like a membership of a fixed length, although it is paid; only a membership has a
/// recurrence in its events.
fn end_reason(fields: &Fields) -> EndReason {
    match fields.get("ended_reason").and_then(Value::as_str) {
        Some("cancelled") => EndReason::Cancelled,
        Some("failed_payment") => EndReason::FailedPayment,
        Some("fixed_subscription_period_ended") if fields.get("recurrence").is_none() => EndReason::PaidOff,
        Some("fixed_subscription_period_ended") => EndReason::FixedPeriodOver,
        _ => EndReason::Unknown,
    }
}
