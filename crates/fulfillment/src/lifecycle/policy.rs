//! What a product's seller wants the facts to mean.

use super::History;
use jiff::Span;

/// A member may keep working while a charge is tried again.
const DEFAULT_SUBSCRIPTION_GRACE: u64 = 7 * 86_400;

/// The policy of one product.
#[derive(Debug, Clone)]
pub(crate) struct Policy {
    /// `seats`
    pub(crate) seats: Seats,
    /// `expires`
    pub(crate) expires: Expires,
    /// `updates`: how long new builds are included; `None` is for ever
    pub(crate) updates: Option<Span>,
    /// `grace`, in seconds
    pub(crate) grace: Option<u64>,
    /// `on_refund`
    pub(crate) on_refund: OnRefund,
    /// `on_dispute`
    pub(crate) on_dispute: OnDispute,
    /// `on_end`
    pub(crate) on_end: OnEnd,
    /// `on_paid_off`
    pub(crate) on_paid_off: OnPaidOff,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            seats: Seats::Quantity,
            expires: Expires::Never,
            updates: None,
            grace: None,
            on_refund: OnRefund::Revoke,
            on_dispute: OnDispute::Suspend,
            on_end: OnEnd::End,
            on_paid_off: OnPaidOff::Keep,
        }
    }
}

impl Policy {
    /// Whether every charge prolongs the license.
    pub(super) fn follows_subscription(&self) -> bool {
        matches!(self.expires, Expires::Subscription)
    }

    /// Whether the license has been paid off, and is for ever.
    pub(super) fn is_paid_off(&self, history: &History<'_>) -> bool {
        self.on_paid_off == OnPaidOff::Keep && history.is_paid_off()
    }

    /// The seconds that a subscription's time has on top of what was paid, since the next charge may come late.
    pub(super) fn grace_within_subscription(&self) -> u64 {
        self.grace.unwrap_or(DEFAULT_SUBSCRIPTION_GRACE)
    }

    /// The seconds that the blob itself grants after its end.
    pub(super) fn grace_after_end(&self) -> u64 {
        match self.expires {
            Expires::After(_) => self.grace.unwrap_or(0),
            Expires::Never | Expires::Subscription => 0,
        }
    }
}

/// How many seats a license has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seats {
    /// As many as were bought.
    Quantity,
    /// Always this many.
    Fixed(u32),
}

/// Until when a license runs.
#[derive(Debug, Clone)]
pub(crate) enum Expires {
    /// For ever.
    Never,
    /// One period of the subscription, and the grace, after each charge.
    Subscription,
    /// This long after the order.
    After(Span),
}

/// What a full refund of the first charge means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnRefund {
    /// The license is revoked.
    Revoke,
    /// The buyer keeps it.
    Keep,
}

/// What a dispute means that has not been won.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnDispute {
    /// The license is suspended.
    Suspend,
    /// The license is revoked.
    Revoke,
    /// The buyer keeps it.
    Keep,
}

/// What the end of a subscription means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnEnd {
    /// The license has ended.
    End,
    /// The buyer keeps it, until it expires if it does.
    Keep,
}

/// What it means that all installments are paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnPaidOff {
    /// The buyer keeps the license for ever.
    Keep,
    /// The license has ended.
    End,
}
