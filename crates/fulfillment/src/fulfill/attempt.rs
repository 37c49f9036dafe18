//! One attempt at a delivery, and how it ends on the audit row.

use crate::meter::{FAILED, PENDING};
use jiff::Timestamp;
use mintmark_adapters::{Event, Interpretation, Kind};
use mintmark_licensing::Mode;
use mintmark_storage::{Conclusion, Delivery, OrderName, Outcome, Subject};
use std::cell::Cell;

/// An attempt, from its beginning.
#[derive(Clone, Copy)]
pub(crate) struct Attempt<'a> {
    pub(crate) delivery: &'a Delivery,
    pub(crate) now: Timestamp,
}

impl Attempt<'_> {
    /// The attempt with its end, ready to be written down.
    pub(crate) fn conclusion(self, subject: Subject, ending: Ending) -> Conclusion {
        Conclusion {
            delivery_id: self.delivery.id,
            attempt: self.delivery.attempt,
            at: self.now,
            subject,
            processed: ending.processed,
            outcome: ending.outcome,
            error: ending.error,
            reason: ending.reason,
        }
    }
}

/// A delivery in hand, which may change licenses.
#[derive(Debug, Clone)]
pub(super) struct Cause<'a> {
    pub(super) delivery: &'a Delivery,
    /// The order that it tells of.
    pub(super) name: &'a OrderName,
    /// What it tells.
    pub(super) events: &'a [Event],
    /// Under what orders that belong to it find it.
    pub(super) party: Option<&'a str>,
    /// The letter that tells of it: one for all licenses that it changes.
    pub(super) notice: Cell<Option<i64>>,
}

impl Cause<'_> {
    pub(super) fn id(&self) -> i64 {
        self.delivery.id
    }

    pub(super) fn tells_of_a_sale(&self) -> bool {
        self.events.iter().any(|event| matches!(event, Event::Sold(_)))
    }

    pub(super) fn has_party(&self, party: &str) -> bool {
        self.party == Some(party)
    }
}

/// How an attempt ends. Whatever leads to no license has a reason, but for an event that is noted.
#[derive(Debug, Clone)]
pub(crate) struct Ending {
    pub(super) reason: Option<String>,
    processed: bool,
    outcome: Option<Outcome>,
    error: Option<String>,
}

impl Ending {
    /// Nothing is left to do.
    pub(super) fn done(outcome: Outcome) -> Self {
        Self { processed: true, outcome: Some(outcome), error: None, reason: None }
    }

    /// The store says whether it was minted or found.
    pub(super) fn licensed() -> Self {
        Self { outcome: None, ..Self::done(Outcome::Found) }
    }

    pub(super) fn ignored(reason: String) -> Self {
        Self::done(Outcome::Ignored).because(reason)
    }

    pub(crate) fn held(reason: String) -> Self {
        Self { outcome: Some(Outcome::Held), ..Self::failed(reason) }
    }

    /// Nothing is decided, and nobody has to mend anything.
    pub(super) fn open(reason: String) -> Self {
        Self { processed: false, outcome: None, error: None, reason: Some(reason) }
    }

    /// Nothing is decided: a person has to mend something first.
    pub(super) fn failed(reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Self { processed: false, outcome: None, error: Some(reason.clone()), reason: Some(reason) }
    }

    /// The one word for it.
    pub(super) fn word(&self) -> &'static str {
        match (self.outcome, &self.error) {
            (Some(outcome), _) => outcome.as_str(),
            (None, Some(_)) => FAILED,
            (None, None) => PENDING,
        }
    }

    pub(super) fn because(self, reason: String) -> Self {
        Self { reason: Some(reason), ..self }
    }
}

/// What a delivery is about, as far as it could be interpreted.
pub(crate) fn subject(interpretation: &Interpretation) -> Subject {
    Subject {
        kind: interpretation.kind.as_str().to_owned(),
        mode: interpretation.mode.as_str().to_owned(),
        order_id: interpretation.order_id.clone(),
        sale_id: interpretation.sale_id.clone(),
    }
}

/// What is known of a delivery that was not interpreted.
pub(super) fn unknown() -> Subject {
    let (kind, mode) = (Kind::Unknown.as_str().to_owned(), Mode::Live.as_str().to_owned());
    Subject { kind, mode, order_id: None, sale_id: None }
}
