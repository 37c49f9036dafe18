//! What a scenario is run with, and where it puts the figures that it measured.

use std::cell::RefCell;
use std::fmt::{self, Display};
use std::thread;
use std::time::Duration;

use anyhow::Context as _;
use xtask::postgres::Postgres;

use crate::binaries::{Binaries, Profile};
use crate::database::{Database, Kind};
use crate::installation::Installation;

/// Letters that are not at their end.
const WAITING: &str = "SELECT count(*) AS value FROM letters WHERE state IN ('queued', 'sending')";
const HASTEN: &str = "UPDATE letters SET leased_until = leased_until - 40000 WHERE state = 'sending'; \
     UPDATE letters SET doubtful_since = doubtful_since - 40000, due_at = due_at - 40000 WHERE state = 'queued'";
/// A server looks for such letters twice a second, so each step takes one of these; the steps are three.
const HASTENING_PAUSE: Duration = Duration::from_millis(600);
const HASTENINGS: usize = 20;

/// What all scenarios of a run share.
#[derive(Debug)]
pub(crate) struct Bench {
    pub(crate) binaries: Binaries,
    pub(crate) profile: Profile,
    pub(crate) postgres: Option<Postgres>,
    pub(crate) length: Length,
    pub(crate) cycles: Option<usize>,
    pub(crate) seconds: Option<u64>,
    /// Where chance begins in each run of a scenario.
    pub(crate) seed: u64,
}

/// A scenario that cannot be run here ends with this.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Skip(pub(crate) &'static str);

impl fmt::Display for Skip {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0)
    }
}

impl std::error::Error for Skip {}

/// How much certainty is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Length {
    /// Seconds: part of every check.
    Short,
    /// Minutes or hours.
    Long,
}

/// One run of one scenario on one database.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    pub(crate) bench: &'a Bench,
    pub(crate) kind: Kind,
    figures: RefCell<Vec<String>>,
}

impl<'a> Context<'a> {
    pub(crate) fn new(bench: &'a Bench, kind: Kind) -> Self {
        Self { bench, kind, figures: RefCell::default() }
    }

    /// A new installation on an empty database of this run's kind.
    pub(crate) fn installation(&self) -> anyhow::Result<Installation<'a>> {
        Installation::open(&self.bench.binaries, self.database()?)
    }

    /// An empty database of this run's kind.
    pub(crate) fn database(&self) -> anyhow::Result<Database<'a>> {
        match self.kind {
            Kind::Sqlite => Ok(Database::Sqlite),
            Kind::Postgres => {
                let postgres = self.bench.postgres.as_ref().context("there is no PostgreSQL")?;
                Ok(Database::Postgres(postgres.empty_database()?))
            }
        }
    }

    /// How often to repeat: what the command line says, else one of these two.
    pub(crate) fn cycles(&self, short: usize, long: usize) -> usize {
        self.bench.cycles.unwrap_or(match self.bench.length {
            Length::Short => short,
            Length::Long => long,
        })
    }

    /// In the short form what only time would end is made older, instead of growing old: the claims of those who cannot
    /// renew them, the start that a letter's own server has, and the pause before a provider is asked once more.
    /// Returns when no letter waits.
    pub(crate) fn hasten(&self, installation: &Installation<'_>) -> anyhow::Result<()> {
        let mut witness = installation.witness()?;
        for _ in 0..if self.bench.length == Length::Short { HASTENINGS } else { 0 } {
            if witness.number(WAITING)? == 0 {
                return Ok(());
            }
            witness.execute(HASTEN)?;
            thread::sleep(HASTENING_PAUSE);
        }
        Ok(())
    }

    /// Notes what was measured, for the table at the end.
    pub(crate) fn figure(&self, figure: impl Display) {
        self.figures.borrow_mut().push(figure.to_string());
    }

    pub(crate) fn figures(&self) -> String {
        self.figures.borrow().join(", ")
    }
}

/// Somewhere between the two.
pub(crate) fn random_pause(shortest: Duration, longest: Duration) -> Duration {
    shortest + longest.saturating_sub(shortest).mul_f64(fastrand::f64())
}
