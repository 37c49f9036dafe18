//! The seven events that are not a sale: recognized and recorded.

use super::collisions;
use super::sale::Flags;
use crate::Verdict;
use crate::fields::{Fault, Fields};

/// Keys that say which order an event belongs to.
const IDENTITY: [&str; 2] = ["sale_id", "subscription_id"];

/// Notes an event, unless it cannot be believed or does not say which order it is about.
pub(super) fn verdict(fields: &Fields, required: &str) -> Verdict {
    if let Err(held) = collisions::hold(fields, &collisions::REPLACEABLE) {
        return held;
    }
    if let Err(reason) = Flags::read(fields) {
        return Verdict::Held(reason);
    }
    match check(fields, required) {
        Ok(()) => Verdict::Noted,
        Err(fault) => Verdict::Unreadable(fault.to_string()),
    }
}

fn check(fields: &Fields, required: &str) -> Result<(), Fault> {
    fields.require(&[required])?;
    IDENTITY.iter().try_for_each(|name| fields.identifier(name).map(drop))
}
