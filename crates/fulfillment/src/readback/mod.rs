//! Reading back: nothing is minted from a webhook before the store's own records have confirmed it.
//!
//! A webhook without a signature is a hint. Where a token for the store's records is set, it waits on record, and a
//! worker asks; what the store answers is written beside it, and is what counts from then on.

mod ask;
mod believe;
mod claim;
mod verifier;
mod work;

pub(crate) use believe::believe;
pub(crate) use verifier::Inquiries;
pub use verifier::Verifier;

use crate::Fulfillment;
use claim::Claim;
use mintmark_adapters::{Event, Extent, Interpretation, Kind, Verdict};
use mintmark_storage::{Delivery, Origin};

/// Why a delivery has led to nothing yet.
pub const VERIFICATION_PENDING: &str = "verification pending";

impl Fulfillment {
    /// Whether nothing may follow from a delivery before the store has been asked.
    pub(crate) fn is_to_be_verified(&self, delivery: &Delivery, told: &Interpretation) -> bool {
        // What a record says, and what an operator writes, needs no confirmation.
        delivery.recorded.origin == Origin::Ping
            && self.books(&delivery.recorded.source).is_ok()
            && is_doubtful(told)
            && Claim::of(told).is_some()
    }
}

/// Sales mint, so each is asked for; and what a body does not say, or says so that it cannot be believed, the store may.
fn is_doubtful(told: &Interpretation) -> bool {
    let is_unclear = |event: &Event| matches!(event, Event::Refunded { extent: Extent::Unknown, .. });
    let is_of_charge = matches!(told.kind, Kind::Sale | Kind::Refund | Kind::Dispute | Kind::DisputeWon);
    match &told.verdict {
        Verdict::Events(events) => told.kind == Kind::Sale || events.iter().any(is_unclear),
        Verdict::Held(_) => is_of_charge,
        Verdict::Reported(_) | Verdict::Ignored(_) | Verdict::Unreadable(_) => false,
    }
}
