//! Every scenario: its number, its name, the databases that it is about.

mod kill_9;

use std::fmt;

use crate::context::Context;
use crate::database::Kind;

/// One way to break the server.
#[derive(Debug)]
pub(crate) struct Scenario {
    /// Its number in `docs/RELIABILITY.md`.
    pub(crate) number: &'static str,
    pub(crate) name: &'static str,
    pub(crate) databases: Databases,
    /// Fails if a promise was broken.
    pub(crate) run: fn(&Context<'_>) -> anyhow::Result<()>,
}

/// What a scenario runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Databases {
    Both,
}

/// In the order of their numbers.
pub(crate) const ALL: &[Scenario] =
    &[Scenario { number: "1", name: "kill-9", databases: Databases::Both, run: kill_9::run }];

impl Scenario {
    /// By number or by name.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        self.number == name || self.name == name
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:>3}  {}", self.number, self.name)
    }
}

impl Databases {
    /// One run each.
    pub(crate) fn kinds(self) -> &'static [Kind] {
        match self {
            Self::Both => &[Kind::Sqlite, Kind::Postgres],
        }
    }
}
