//! Which subjects are measured under which load.

use crate::arguments::Arguments;
use crate::ground::Ground;
use crate::machine::Machine;
use crate::results::Results;
use crate::rounds::{MAIN_LOAD, Rows};
use crate::subject::{Database, Mail, Subject, Workers};
use crate::{growth, library, replay};

/// The peer is not faster with more than this, only later.
const MOST_FOR_PEER: usize = 64;

/// Measures everything that is wanted and can run here.
pub(crate) fn measure(arguments: &Arguments) -> anyhow::Result<Results> {
    let mut results = Results { machine: Machine::look(), ..Results::default() };
    if arguments.is_wanted("library") {
        println!("    library");
        results.library = Some(library::measure()?);
    }
    let mut ground = Ground::prepare()?;
    if !ground.has_postgres() {
        println!("    SKIPPED: PostgreSQL, because there is none");
    }
    results.machine.postgres = ground.postgres_version()?;
    results.rows = measure_servers(&mut ground, arguments)?;
    results.machine.peer = ground.peer_packages();
    for database in [Database::Sqlite, Database::Postgres] {
        if database == Database::Postgres && !ground.has_postgres() {
            continue;
        }
        if arguments.is_wanted(&format!("replay-{database}")) {
            println!("    replay-{database}");
            results.replays.push(replay::measure(&ground, database, arguments.replay_rows)?);
        }
        if arguments.is_wanted(&format!("growth-{database}")) {
            let sizes = &arguments.growth;
            results.growth.extend(growth::measure(&ground, database, sizes, arguments.length())?);
        }
    }
    Ok(results)
}

fn measure_servers(ground: &mut Ground, arguments: &Arguments) -> anyhow::Result<Rows> {
    let wants_peer = wanted(arguments, 1).iter().any(|subject| matches!(subject, Subject::Peer(..)));
    if wants_peer && let Err(error) = ground.install_peer() {
        println!("    SKIPPED: the peer, because it cannot be installed: {error:#}");
    }
    let mut rows = Rows::default();
    for connections in &arguments.connections {
        let subjects = wanted(arguments, *connections);
        let possible: Vec<Subject> =
            subjects.into_iter().filter(|subject| is_possible(ground, *subject)).collect();
        rows.measure(ground, &possible, *connections, arguments.length())?;
    }
    Ok(rows)
}

fn is_possible(ground: &Ground, subject: Subject) -> bool {
    let has_database = subject.database() != Some(Database::Postgres) || ground.has_postgres();
    has_database && (ground.has_peer() || !matches!(subject, Subject::Peer(..)))
}

fn wanted(arguments: &Arguments, connections: usize) -> Vec<Subject> {
    let subjects = subjects(connections).into_iter();
    subjects.filter(|subject| arguments.is_wanted(&subject.to_string())).collect()
}

fn subjects(connections: usize) -> Vec<Subject> {
    let mut subjects = vec![Subject::Bare];
    for database in [Database::Sqlite, Database::Postgres] {
        if connections == 1 {
            subjects.push(Subject::TwoCommits(database));
        }
        subjects.extend([Subject::Limit(database), Subject::Mintmark(database, Mail::Provider)]);
        // Where the outbox keeps up, and where it cannot.
        if connections == 1 || connections == MAIN_LOAD {
            subjects.extend([Mail::Folder, Mail::BlackHole].map(|mail| Subject::Mintmark(database, mail)));
        }
        if connections <= MOST_FOR_PEER {
            subjects.extend([Workers::One, Workers::Two].map(|workers| Subject::Peer(database, workers)));
        }
    }
    subjects
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_nothing_more_is_measured_once() {
        let names = |connections| subjects(connections).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert!(names(1).contains(&"two-commits-sqlite".to_owned()));
        assert!(!names(16).contains(&"two-commits-sqlite".to_owned()));
        assert!(names(64).contains(&"mintmark-postgres-black-hole".to_owned()));
        assert!(!names(256).iter().any(|name| name.starts_with("peer")));
    }
}
