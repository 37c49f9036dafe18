//! What is registered, and what is to be done about it.

use super::address::Ours;
use mintmark_adapters::Registration;
use serde::Serialize;

/// How a store is connected. With `--json` it is printed as it is here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Connection {
    /// The source's name.
    pub source: &'static str,
    /// Our address, without its secret.
    pub url: String,
    /// Every event that the store can tell of.
    pub events: Vec<EventState>,
}

/// How one event is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EventState {
    /// The store's name of the event.
    pub event: &'static str,
    /// How often we were told of it before this run.
    pub told: Told,
    /// Addresses of others that are told as well; nobody's business.
    pub others: usize,
    /// Registrations made, or to be made.
    pub made: usize,
    /// Registrations ended, or to be ended.
    pub ended: usize,
}

/// How often we are told of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    /// As it should be.
    Once,
    /// Not at all.
    Never,
    /// More than once: every event comes twice, which is harmless and costs time.
    Twice,
    /// At an address with a secret that is not the newest one any more.
    Elsewhere,
}

impl Connection {
    /// Whether we were told of every event once.
    pub fn is_sound(&self) -> bool {
        self.events.iter().all(|event| event.told == Told::Once)
    }
}

/// The registrations of one event, told apart.
pub(super) struct Registered {
    /// With the address that is wanted.
    exact: Vec<String>,
    /// With our path, and another secret or none.
    stale: Vec<String>,
    pub(super) others: usize,
}

impl Registered {
    pub(super) fn of(registrations: Vec<Registration>, ours: &Ours) -> Self {
        let mut registered = Self { exact: Vec::new(), stale: Vec::new(), others: 0 };
        for Registration { id, url } in registrations {
            if url == ours.wanted {
                registered.exact.push(id);
            } else if ours.is_ours(&url) {
                registered.stale.push(id);
            } else {
                registered.others += 1;
            }
        }
        registered
    }

    pub(super) fn is_missing(&self) -> bool {
        self.exact.is_empty()
    }

    pub(super) fn told(&self) -> Told {
        match (self.exact.len(), self.stale.len()) {
            (1, 0) => Told::Once,
            (0, 0) => Told::Never,
            (0, _) => Told::Elsewhere,
            _ => Told::Twice,
        }
    }

    /// All but the one that stays.
    pub(super) fn surplus(&self) -> Vec<String> {
        self.exact.iter().skip(1).chain(&self.stale).cloned().collect()
    }
}
