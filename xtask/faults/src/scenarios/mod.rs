//! Every scenario: its number, its name, the databases that it is about.

mod crash_points;
mod full_disk;
mod input_output_error;
mod keys;
mod kill_9;
mod locked;
mod migration;
mod power_cut;
mod read_only;
mod settings;
mod soak;
mod two_servers;
mod unreadable;

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
    /// Also where it makes no difference.
    Sqlite,
}

/// In the order of their numbers.
pub(crate) const ALL: &[Scenario] = &[
    Scenario { number: "1", name: "kill-9", databases: Databases::Both, run: kill_9::run },
    Scenario { number: "2", name: "crash-points", databases: Databases::Both, run: crash_points::run },
    Scenario { number: "3", name: "power-cut", databases: Databases::Sqlite, run: power_cut::run },
    Scenario {
        number: "4",
        name: "input-output-error",
        databases: Databases::Sqlite,
        run: input_output_error::run,
    },
    Scenario { number: "5", name: "full-disk", databases: Databases::Sqlite, run: full_disk::run },
    Scenario { number: "6", name: "read-only", databases: Databases::Sqlite, run: read_only::run },
    Scenario { number: "7", name: "locked", databases: Databases::Both, run: locked::run },
    Scenario { number: "8", name: "unreadable", databases: Databases::Both, run: unreadable::run },
    Scenario { number: "19", name: "two-servers", databases: Databases::Sqlite, run: two_servers::run },
    Scenario { number: "21", name: "keys", databases: Databases::Both, run: keys::run },
    Scenario { number: "22", name: "settings", databases: Databases::Sqlite, run: settings::run },
    Scenario { number: "27", name: "migration", databases: Databases::Both, run: migration::run },
    Scenario { number: "28", name: "soak", databases: Databases::Both, run: soak::run },
];

/// These measure time or memory, and others beside them would be measured too.
const ALONE: &[&str] = &["provider-silent", "slow-clients", "memory", "soak"];

impl Scenario {
    pub(crate) fn measures(&self) -> bool {
        ALONE.contains(&self.name)
    }

    /// Where it stands in the list.
    pub(crate) fn place(&self) -> usize {
        ALL.iter()
            .position(|scenario| scenario.number == self.number && scenario.name == self.name)
            .unwrap_or(ALL.len())
    }

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
            Self::Sqlite => &[Kind::Sqlite],
        }
    }
}
