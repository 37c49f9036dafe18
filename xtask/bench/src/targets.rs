//! What we aim for, as ratios and bounds, and whether one run has met it.

use crate::growth::Growth;
use crate::library::Library;
use crate::replay::Replay;
use crate::rounds::{MAIN_LOAD, Rows};
use crate::subject::Database;
use serde::Serialize;
use std::fmt;

/// One aim beside what was measured.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Target {
    /// Stable.
    pub(crate) name: String,
    /// In words.
    pub(crate) what: String,
    pub(crate) bound: Bound,
    pub(crate) target: f64,
    /// `None` if this run did not measure it.
    pub(crate) measured: Option<f64>,
    pub(crate) met: Option<bool>,
}

/// On which side of the target the measured value should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Bound {
    AtLeast,
    AtMost,
}

impl Target {
    pub(crate) fn at_least(name: String, what: String, target: f64, measured: Option<f64>) -> Self {
        let met = measured.map(|measured| measured >= target);
        Self { name, what, bound: Bound::AtLeast, target, measured, met }
    }

    pub(crate) fn at_most(name: String, what: String, target: f64, measured: Option<f64>) -> Self {
        let met = measured.map(|measured| measured <= target);
        Self { name, what, bound: Bound::AtMost, target, measured, met }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bound = match self.bound {
            Bound::AtLeast => "≥",
            Bound::AtMost => "≤",
        };
        let measured = self.measured.map_or_else(|| "-".to_owned(), |measured| format!("{measured:.2}"));
        let met = match self.met {
            Some(true) => "met",
            Some(false) => "MISSED",
            None => "not measured",
        };
        write!(formatter, "{:<68}{bound} {:>6}{measured:>10}  {met}", self.what, self.target)
    }
}

/// The targets of the servers' rows, for both databases.
pub(crate) fn of_servers(rows: &Rows) -> Vec<Target> {
    [(Database::Sqlite, 0.85), (Database::Postgres, 0.8)]
        .into_iter()
        .flat_map(|(database, of_limit)| {
            let mut targets = throughput(rows, database, of_limit);
            targets.extend(latency(rows, database));
            targets.extend(memory(rows, database));
            targets
        })
        .collect()
}

fn throughput(rows: &Rows, database: Database, of_limit: f64) -> Vec<Target> {
    let rate = |name: &str| Some(rows.figures(name, MAIN_LOAD)?.accepted_per_second);
    let ours = rate(&format!("mintmark-{database}"));
    let ratio = |other: Option<f64>| Some(ours? / other?);
    let limit = ratio(rate(&format!("limit-{database}")));
    let peers = ["1-worker", "2-workers"].map(|workers| rate(&format!("peer-{database}-{workers}")));
    let peer = ratio(peers.into_iter().flatten().reduce(f64::max));
    let again = rate(&format!("mintmark-{database}-duplicates")).zip(ours).map(|(again, ours)| again / ours);
    let name = |what: &str| format!("{database}_{what}");
    vec![
        Target::at_least(
            name("of_limit"),
            format!("{database}, 64 connections: of the raw limit"),
            of_limit,
            limit,
        ),
        Target::at_least(name("of_peer"), format!("{database}, 64 connections: times the peer"), 25.0, peer),
        Target::at_least(
            name("duplicates_of_first"),
            format!("{database}, 64 connections: duplicates, of first deliveries"),
            1.0,
            again,
        ),
    ]
}

fn latency(rows: &Rows, database: Database) -> Vec<Target> {
    let ours = |connections| rows.figures(&format!("mintmark-{database}"), connections);
    let commits = rows.figures(&format!("two-commits-{database}"), 1).and_then(|row| row.latency_p50_ms);
    let alone = ours(1).and_then(|row| Some(row.latency_p50_ms? / commits?));
    let loaded = ours(MAIN_LOAD);
    let p99 = loaded.as_ref().and_then(|row| row.latency_p99_ms);
    let p999 = loaded.and_then(|row| row.latency_p999_ms);
    let dead = rows.figures(&format!("mintmark-{database}-black-hole"), MAIN_LOAD);
    let dead = dead.and_then(|row| Some(row.latency_p99_ms? / p99?));
    let name = |what: &str| format!("{database}_{what}");
    vec![
        Target::at_most(
            name("median_of_two_commits"),
            format!("{database}, 1 connection: median, of two bare commits"),
            1.3,
            alone,
        ),
        Target::at_most(name("p99_ms"), format!("{database}, 64 connections: p99, ms"), 20.0, p99),
        Target::at_most(name("p999_ms"), format!("{database}, 64 connections: p99.9, ms"), 100.0, p999),
        Target::at_most(
            name("black_hole_p99_of_healthy"),
            format!("{database}, 64 connections: p99, provider dead, of healthy"),
            1.1,
            dead,
        ),
    ]
}

fn memory(rows: &Rows, database: Database) -> Vec<Target> {
    let figures = |connections| rows.figures(&format!("mintmark-{database}"), connections);
    let idle = figures(MAIN_LOAD).and_then(|row| row.rss_idle_mib);
    let peak = figures(256).and_then(|row| row.rss_peak_mib);
    let name = |what: &str| format!("{database}_{what}");
    vec![
        Target::at_most(name("rss_idle_mib"), format!("{database}: memory at rest, MiB"), 30.0, idle),
        Target::at_most(
            name("rss_peak_mib"),
            format!("{database}, 256 connections: most memory, MiB"),
            100.0,
            peak,
        ),
    ]
}

/// Beside the ingest rate over as many connections as the unmapped deliveries came in.
pub(crate) fn of_replay(rows: &Rows, replays: &[Replay]) -> Vec<Target> {
    let of_ingest = |replay: &Replay| {
        let ours = rows.figures(&format!("mintmark-{}", replay.database), MAIN_LOAD)?;
        Some(replay.replayed_per_second / ours.accepted_per_second)
    };
    let target = |replay: &Replay| {
        let database = &replay.database;
        [
            Target::at_least(
                format!("{database}_replay_of_ingest"),
                format!("{database}: replayed rows, of the ingest rate"),
                0.5,
                of_ingest(replay),
            ),
            Target::at_most(
                format!("{database}_p99_during_replay_ms"),
                format!("{database}, 16 connections: p99 during a replay, ms"),
                1000.0,
                replay.ingest_meanwhile.latency_p99_ms,
            ),
        ]
    };
    replays.iter().flat_map(target).collect()
}

/// Each size beside the empty database of the same kind.
pub(crate) fn of_growth(growth: &[Growth]) -> Vec<Target> {
    let grown = growth.iter().filter(|grown| grown.rows > 0);
    grown
        .flat_map(|grown| {
            let empty = growth.iter().find(|other| other.rows == 0 && other.database == grown.database);
            of_one_size(grown, empty)
        })
        .collect()
}

fn of_one_size(grown: &Growth, empty: Option<&Growth>) -> Vec<Target> {
    let Growth { database, rows, .. } = grown;
    let rate = empty.map(|empty| grown.figures.accepted_per_second / empty.figures.accepted_per_second);
    let p99 = empty.and_then(|empty| Some(grown.figures.latency_p99_ms? / empty.figures.latency_p99_ms?));
    let name = |what: &str| format!("{database}_{rows}_rows_{what}");
    let words = |what: &str| format!("{database}, {rows} rows: {what}");
    vec![
        Target::at_least(name("rate_of_empty"), words("rate, of an empty database"), 0.9, rate),
        Target::at_most(name("p99_of_empty"), words("p99, of an empty database"), 1.1, p99),
        Target::at_most(name("list_failed_ms"), words("list --failed, ms"), 50.0, grown.list_failed_ms),
        Target::at_most(
            name("start_to_ready_ms"),
            words("start to ready, ms"),
            200.0,
            grown.start_to_ready_ms,
        ),
    ]
}

pub(crate) fn of_library(library: Option<Library>) -> Vec<Target> {
    let (verify, mint) = ("of ring's verification alone", "of signing and hashing alone");
    vec![
        Target::at_most(
            "verify_of_ring".to_owned(),
            format!("verify: {verify}"),
            1.15,
            library.map(|library| library.verify_ratio()),
        ),
        Target::at_most(
            "mint_of_ring".to_owned(),
            format!("mint: {mint}"),
            1.3,
            library.map(|library| library.mint_ratio()),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::Figures;
    use crate::load::Sample;

    fn rows(rates: &[(&str, f64)]) -> Rows {
        let mut rows = Rows::default();
        for (name, accepted_per_second) in rates {
            let figures = Figures::new(&Sample::default(), None, None);
            rows.add(name, MAIN_LOAD, Figures { accepted_per_second: *accepted_per_second, ..figures });
        }
        rows
    }

    fn named(rows: &Rows, name: &str) -> Target {
        of_servers(rows).into_iter().find(|target| target.name == name).unwrap()
    }

    #[test]
    fn a_rate_is_compared_with_the_limit_of_the_same_run() {
        let rows = rows(&[("limit-sqlite", 1000.0), ("mintmark-sqlite", 850.0)]);
        let target = named(&rows, "sqlite_of_limit");
        assert_eq!((target.measured, target.met), (Some(0.85), Some(true)));
    }

    #[test]
    fn the_better_of_the_peers_counts() {
        let rates =
            [("peer-sqlite-1-worker", 10.0), ("peer-sqlite-2-workers", 20.0), ("mintmark-sqlite", 400.0)];
        let target = named(&rows(&rates), "sqlite_of_peer");
        assert_eq!((target.measured, target.met), (Some(20.0), Some(false)));
    }

    #[test]
    fn without_a_peer_nothing_is_claimed() {
        let target = named(&rows(&[("mintmark-sqlite", 400.0)]), "sqlite_of_peer");
        assert_eq!((target.measured, target.met), (None, None));
    }
}
