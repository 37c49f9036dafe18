//! What a store tells about an order: facts, in the vocabulary of all stores.

use jiff::Timestamp;

use crate::manual::{Decision, Existing};
use crate::{Order, Recurrence};

/// One fact about an order. Facts are never taken back; what follows from all of them is decided elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A charge went through: the first one, or a later one of a subscription.
    Sold(Box<Order>),
    /// Money of a charge was given back.
    Refunded {
        /// Which charge.
        charge: Charge,
        /// How much of it.
        extent: Extent,
    },
    /// The buyer's bank takes the money of a charge back.
    Disputed(Charge),
    /// The seller won the dispute about a charge.
    DisputeWon(Charge),
    /// A subscription will not be renewed.
    Cancelled {
        /// When access ends, often in the future; `None` if the store does not say.
        ends_at: Option<Timestamp>,
    },
    /// A subscription changed its plan or its seats.
    PlanChanged(PlanChange),
    /// A subscription is over.
    Ended {
        /// Since when; `None` if the store does not say.
        at: Option<Timestamp>,
        /// Why.
        reason: EndReason,
    },
    /// A subscription runs again.
    Restarted {
        /// Since when; `None` if the store does not say.
        at: Option<Timestamp>,
    },
    /// The first period of a subscription is a free trial.
    TrialUntil(Timestamp),
    /// The operator decided something. No store can tell this.
    Decided(Box<Decision>),
    /// The license was sold by another system, and is taken over. No store can tell this.
    Existed(Box<Existing>),
}

/// The charge that an event is about. It may never have been told of itself, so what is known of it stands here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    /// The store's id of the charge.
    pub sale_id: String,
    /// What was bought, if the event says so.
    pub product_id: Option<String>,
    /// Who paid, if the event says so.
    pub email: Option<String>,
    /// When it was sold, if the event says so.
    pub sold_at: Option<Timestamp>,
    /// Whether it is a later charge of a subscription.
    pub is_recurring: bool,
}

impl Charge {
    /// The charge that an order tells of.
    pub(crate) fn of(order: &Order) -> Self {
        Self {
            sale_id: order.sale_id.clone(),
            product_id: Some(order.product_id.clone()),
            email: Some(order.email.clone()),
            sold_at: order.sold_at,
            is_recurring: order.is_recurring_charge,
        }
    }
}

/// How much of a charge was refunded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Extent {
    /// All of it.
    Full,
    /// A part.
    Partial,
    /// The store does not say.
    Unknown,
}

/// A change of a subscription's plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanChange {
    /// From when it holds, perhaps in the future; `None` if the store does not say.
    pub effective_at: Option<Timestamp>,
    /// Units or seats from then on.
    pub quantity: Option<u32>,
    /// How often it is charged from then on.
    pub recurrence: Option<Recurrence>,
    /// The store's name of the plan from then on, such as its tier.
    pub plan: Option<String>,
}

/// Why a subscription is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EndReason {
    /// Somebody cancelled it.
    Cancelled,
    /// It could not be charged any more.
    FailedPayment,
    /// It was meant to be this long.
    FixedPeriodOver,
    /// It was an installment plan, and all installments are paid.
    PaidOff,
    /// The store does not say, or says something that we do not know.
    Unknown,
}
