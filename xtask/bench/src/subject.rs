//! What is measured: servers that take the same deliveries, each started anew on an empty database.

use crate::ground::{Ground, Running};
use anyhow::{Context, bail};
use std::fmt;

/// Where a subject keeps its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Database {
    Sqlite,
    Postgres,
}

/// What `mintmark-server` does with its letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mail {
    /// A provider on loopback takes them at once.
    Provider,
    /// A provider takes connections and never answers.
    BlackHole,
    /// No provider is configured: they are written into a folder.
    Folder,
}

/// How many processes the peer has; one of Python uses one processor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Workers {
    One,
    Two,
}

/// One server, or what a server cannot be faster than.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    /// Reads the body and answers.
    Bare,
    /// Writes the same rows as ours, with nothing around them.
    Limit(Database),
    /// Ours, the whole contract.
    Mintmark(Database, Mail),
    /// Somebody else's: FastAPI, SQLAlchemy, uvicorn.
    Peer(Database, Workers),
    /// No server: a program that commits twice, one pair after the other.
    TwoCommits(Database),
}

impl Subject {
    /// Starts it on an empty database, and returns when it has accepted a first delivery.
    pub(crate) fn start(self, ground: &Ground) -> anyhow::Result<Running> {
        let home = ground.home(self.database())?;
        let command = match self {
            Self::Bare => ground.part("bare", &home, &[]),
            Self::Limit(_) => ground.part("limit", &home, &[&home.database_url()]),
            Self::Mintmark(_, mail) => ground.mintmark_server(&home, mail)?,
            Self::Peer(_, workers) => ground.peer_server(&home, workers)?,
            Self::TwoCommits(_) => bail!("two commits are no server"),
        };
        Running::start(command, home).with_context(|| format!("{self} cannot be started"))
    }

    pub(crate) fn database(self) -> Option<Database> {
        match self {
            Self::Bare => None,
            Self::Limit(database)
            | Self::Mintmark(database, _)
            | Self::Peer(database, _)
            | Self::TwoCommits(database) => Some(database),
        }
    }
}

impl Workers {
    pub(crate) fn number(self) -> &'static str {
        match self {
            Self::One => "1",
            Self::Two => "2",
        }
    }
}

impl fmt::Display for Database {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        })
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bare => formatter.write_str("bare"),
            Self::Limit(database) => write!(formatter, "limit-{database}"),
            Self::Mintmark(database, Mail::Provider) => write!(formatter, "mintmark-{database}"),
            Self::Mintmark(database, Mail::BlackHole) => write!(formatter, "mintmark-{database}-black-hole"),
            Self::Mintmark(database, Mail::Folder) => write!(formatter, "mintmark-{database}-folder"),
            Self::Peer(database, Workers::One) => write!(formatter, "peer-{database}-1-worker"),
            Self::Peer(database, Workers::Two) => write!(formatter, "peer-{database}-2-workers"),
            Self::TwoCommits(database) => write!(formatter, "two-commits-{database}"),
        }
    }
}
