//! What one delivery turns out to say.

use mintmark_licensing::Mode;
use serde_json::Value;

use crate::fields::Fault;
use crate::{Event, MailReport};

/// A delivery, understood as far as it can be.
#[derive(Debug, Clone, PartialEq)]
pub struct Interpretation {
    /// Which event it is.
    pub kind: Kind,
    /// Real money, or a trial of the seller's.
    pub mode: Mode,
    /// The order it belongs to; `None` where the body does not say so in a way that can be believed.
    pub order_id: Option<String>,
    /// The single charge it names; `None` for events of a whole subscription.
    pub sale_id: Option<String>,
    /// What the body states, as `mintmark-replay show --json` prints it under `order`; `None` if nothing can be read.
    pub facts: Option<Value>,
    /// What is to be done about it.
    pub verdict: Verdict,
}

impl Interpretation {
    /// Of a body that says nothing at all.
    pub(crate) fn unreadable(fault: &Fault) -> Self {
        Self {
            kind: Kind::Unknown,
            mode: Mode::Live,
            order_id: None,
            sale_id: None,
            facts: None,
            verdict: Verdict::Unreadable(fault.to_string()),
        }
    }
}

/// The events of all stores, in one vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Somebody bought something, or paid for a further period of it.
    Sale,
    /// The seller tries out the connection with a copy of a real sale.
    TestButton,
    /// Money was given back, in whole or in part.
    Refund,
    /// The buyer's bank takes the money back.
    Dispute,
    /// The seller won a dispute.
    DisputeWon,
    /// A subscription will not be renewed.
    Cancellation,
    /// A subscription changed its plan or its seats.
    SubscriptionUpdated,
    /// A subscription is over.
    SubscriptionEnded,
    /// A subscription runs again.
    SubscriptionRestarted,
    /// The operator decided something about an order.
    Decision,
    /// A mail provider tells what became of a letter.
    MailReport,
    /// Nothing that we know.
    Unknown,
}

impl Kind {
    /// The word in rows and in JSON, such as `dispute_won`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sale => "sale",
            Self::TestButton => "test_button",
            Self::Refund => "refund",
            Self::Dispute => "dispute",
            Self::DisputeWon => "dispute_won",
            Self::Cancellation => "cancellation",
            Self::SubscriptionUpdated => "subscription_updated",
            Self::SubscriptionEnded => "subscription_ended",
            Self::SubscriptionRestarted => "subscription_restarted",
            Self::Decision => "decision",
            Self::MailReport => "mail_report",
            Self::Unknown => "unknown",
        }
    }
}

/// What is to be done about a delivery; the texts are reasons for a person, and begin with fixed words.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// What it tells of its order, at least one fact. A sale that was refunded or disputed meanwhile tells of both.
    Events(Vec<Event>),
    /// What it tells of a letter, from which follows nothing for the order.
    Reported(Box<MailReport>),
    /// Nothing to mint, nothing left to do: `test button`, `pre-order`.
    Ignored(String),
    /// Readable, but not to be believed: `custom field overwrites email`, `field sent twice: price`.
    Held(String),
    /// Not readable: `missing field: email`, `unreadable body: …`, `unknown event: …`.
    Unreadable(String),
}
