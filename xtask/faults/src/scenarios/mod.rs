//! Every scenario: its number, its name, the databases that it is about.

mod crash_points;
mod full_disk;
mod graceful_stop;
mod input_output_error;
mod keys;
mod kill_9;
mod lax_postgres;
mod locked;
mod lying_bodies;
mod memory;
mod migration;
mod neighbors;
mod panics;
mod postgres_dies;
mod power_cut;
mod provider_faults;
mod provider_silent;
mod read_only;
mod replay_live;
mod secret_sweep;
mod settings;
mod slow_clients;
mod soak;
mod twins;
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
    /// About what only a server of its own can do.
    Postgres,
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
    Scenario { number: "9", name: "postgres-dies", databases: Databases::Postgres, run: postgres_dies::run },
    Scenario { number: "10", name: "postgres-lax", databases: Databases::Postgres, run: lax_postgres::run },
    Scenario { number: "11", name: "provider-fails", databases: Databases::Both, run: provider_faults::run },
    Scenario { number: "11", name: "provider-silent", databases: Databases::Both, run: provider_silent::run },
    Scenario { number: "13", name: "bodies-lie", databases: Databases::Both, run: lying_bodies::run },
    Scenario { number: "14", name: "slow-clients", databases: Databases::Both, run: slow_clients::run },
    Scenario { number: "15", name: "twins", databases: Databases::Both, run: twins::run },
    Scenario { number: "17", name: "replay-live", databases: Databases::Both, run: replay_live::run },
    Scenario { number: "18", name: "neighbors", databases: Databases::Postgres, run: neighbors::run },
    Scenario { number: "19", name: "two-servers", databases: Databases::Sqlite, run: two_servers::run },
    Scenario { number: "21", name: "keys", databases: Databases::Both, run: keys::run },
    Scenario { number: "22", name: "settings", databases: Databases::Sqlite, run: settings::run },
    Scenario { number: "23", name: "secrets", databases: Databases::Both, run: secret_sweep::run },
    Scenario { number: "25", name: "graceful-stop", databases: Databases::Both, run: graceful_stop::run },
    Scenario { number: "26", name: "panics", databases: Databases::Both, run: panics::run },
    Scenario { number: "27", name: "migration", databases: Databases::Both, run: migration::run },
    Scenario { number: "28", name: "soak", databases: Databases::Both, run: soak::run },
    Scenario { number: "28", name: "memory", databases: Databases::Both, run: memory::run },
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
            Self::Postgres => &[Kind::Postgres],
            Self::Sqlite => &[Kind::Sqlite],
        }
    }
}
