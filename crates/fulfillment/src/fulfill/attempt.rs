//! One attempt at a delivery, and how it ends on the audit row.

use crate::meter::{FAILED, PENDING};
use jiff::Timestamp;
use mintmark_adapters::manual::{Decision, Ruling};
use mintmark_adapters::{Event, Interpretation, Kind};
use mintmark_licensing::Mode;
use mintmark_storage::{Conclusion, Delivery, OrderName, Outcome, Subject};
use std::cell::Cell;

/// No address is longer, and no product's id by far.
const LONGEST_STATED: usize = 254;

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

    /// What the operator decided, if that is what it tells.
    pub(super) fn decision(&self) -> Option<&Decision> {
        self.events.iter().find_map(|event| match event {
            Event::Decided(decision) => Some(decision.as_ref()),
            _ => None,
        })
    }

    /// Whether it is about this license of its order; only a decision may be about one alone.
    pub(super) fn is_about(&self, item: i64) -> bool {
        self.decision().and_then(|decision| decision.item).is_none_or(|own| i64::from(own) == item)
    }

    /// Whether the license gets a further blob, also where it would say the same.
    pub(super) fn asks_for_a_blob(&self, item: i64) -> bool {
        let asks = |decision: &Decision| matches!(decision.decision, Ruling::Reissue | Ruling::RotateKey);
        self.decision().is_some_and(asks) && self.is_about(item)
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

    /// On record, and what follows from it follows elsewhere.
    pub(crate) fn noted() -> Self {
        Self::done(Outcome::Noted)
    }

    pub(crate) fn ignored(reason: String) -> Self {
        Self::done(Outcome::Ignored).because(reason)
    }

    pub(crate) fn held(reason: String) -> Self {
        Self { outcome: Some(Outcome::Held), ..Self::failed(reason) }
    }

    /// Nothing is decided, and nobody has to mend anything.
    pub(crate) fn open(reason: String) -> Self {
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

    pub(crate) fn because(self, reason: String) -> Self {
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
        product_id: stated(interpretation, "product_id").map(str::to_owned),
        email: stated(interpretation, "email").map(str::to_lowercase),
    }
}

/// What a person may look for. A longer text has no place in an index, and PostgreSQL none for a control character.
fn stated<'a>(interpretation: &'a Interpretation, name: &str) -> Option<&'a str> {
    let text = interpretation.facts.as_ref()?.get(name)?.as_str()?.trim();
    let is_sound = (1..=LONGEST_STATED).contains(&text.len()) && !text.contains(char::is_control);
    is_sound.then_some(text)
}

/// What is known of a delivery that was not interpreted.
pub(crate) fn unknown() -> Subject {
    let (kind, mode) = (Kind::Unknown.as_str().to_owned(), Mode::Live.as_str().to_owned());
    Subject { kind, mode, order_id: None, sale_id: None, product_id: None, email: None }
}
