//! The database: whether it is there, whole, and keeps what it is given.

use super::{Finding, Group, clock, keys, waiting};
use crate::Settings;
use jiff::Timestamp;
use mintmark_storage::{Access, Condition, DatabaseUrl, Error, Kind, Store};

/// A log that is longer is not brought into the database: something reads for hours.
const LONG_LOG: u64 = 256 << 20;
/// A fifth of the sessions should be free.
const SHARE_OF_SESSIONS: i64 = 5;

/// Everything that is known of and from the database.
pub(super) fn check(settings: &Settings, now: Timestamp) -> Vec<Finding> {
    let url = settings.database_url();
    let store = match Store::open(&url, Access::Tool) {
        Ok(store) => store,
        Err(error) => {
            let mut findings = vec![unopened(&error)];
            findings.extend(keys::check(settings, None));
            return findings;
        }
    };
    let mut findings = match store.condition() {
        Ok(condition) => of(&url, &condition, now),
        Err(error) => vec![refused("database", &error)],
    };
    findings.push(written(&store));
    findings.extend(keys::check(settings, Some(&store)));
    findings.extend(waiting::check(settings, &store, now));
    store.close();
    findings
}

fn unopened(error: &Error) -> Finding {
    let remedy = match error {
        Error::Missing(_) => "mintmark-admin init, or mend database.url",
        Error::Outdated => "start mintmark-server once, which upgrades it",
        Error::Newer(_) => "install the newer version of Mintmark",
        Error::Foreign => "set database.url to a database of its own",
        Error::NotDurable(_) => {
            "mend it in postgresql.conf and reload PostgreSQL; the server refuses to start"
        }
        Error::Forbidden { .. } => {
            "run this as the account of the server, or mend owner and mode of the file"
        }
        _ => "start the database, or mend database.url (or DATABASE_URL)",
    };
    Group::Database.fail("database", error.to_string(), remedy)
}

fn refused(check: &str, error: &Error) -> Finding {
    Group::Database.fail(check, error.to_string(), "look at the disk and at the log of the database")
}

fn of(url: &DatabaseUrl, condition: &Condition, now: Timestamp) -> Vec<Finding> {
    let Condition { version, schema, size, durability, damage, kind, .. } = condition;
    let words = format!("{version}, {} MB, schema {schema}", size / 1_000_000);
    let mut findings = vec![Group::Database.pass("database", format!("{url} ({words})"))];
    let settings: Vec<String> = durability.iter().map(|(name, value)| format!("{name} {value}")).collect();
    findings.push(Group::Database.pass("durability", settings.join(", ")));
    findings.extend(match kind {
        Kind::Sqlite { keeps_log, log_size } => vec![integrity(url, damage), log(*keeps_log, *log_size)],
        Kind::Postgres { sessions, most_sessions, replicas, clock } => {
            let is_full = *sessions > most_sessions - most_sessions / SHARE_OF_SESSIONS;
            vec![
                of_sessions(*sessions, *most_sessions, is_full),
                of_replicas(*replicas),
                clock::compare("database", now, *clock),
            ]
        }
    });
    findings
}

fn integrity(url: &DatabaseUrl, damage: &[String]) -> Finding {
    match damage.first() {
        None => Group::Database.pass("integrity", "a quick check of every page finds nothing"),
        Some(first) => Group::Database.fail(
            "integrity",
            format!("{url} is damaged: {first}"),
            "stop the server, and restore the newest backup: mintmark-admin restore DIR",
        ),
    }
}

fn log(keeps_log: bool, size: u64) -> Finding {
    let words = format!("the write-ahead log has {} MB", size / 1_000_000);
    match (keeps_log, size) {
        (false, _) => Group::Database.warn(
            "log",
            "the write-ahead log is off, and the next start turns it on",
            "start mintmark-server once",
        ),
        (true, LONG_LOG..) => {
            Group::Database.warn("log", words, "end whatever reads the database for hours, such as a backup")
        }
        (true, _) => Group::Database.pass("log", words),
    }
}

fn of_sessions(sessions: i64, most: i64, is_full: bool) -> Finding {
    let words = format!("{sessions} of {most}");
    if is_full {
        let remedy = "raise max_connections in postgresql.conf, or end what holds them: SELECT * FROM pg_stat_activity";
        return Group::Database.warn("sessions", words, remedy);
    }
    Group::Database.pass("sessions", words)
}

/// Whether there ought to be some is the operator's to know.
fn of_replicas(replicas: i64) -> Finding {
    let words = match replicas {
        0 => "no copy follows this database".to_owned(),
        1 => "one copy follows this database".to_owned(),
        _ => format!("{replicas} copies follow this database"),
    };
    Group::Database.pass("replicas", words)
}

/// By the whole way of a write, which changes nothing.
fn written(store: &Store) -> Finding {
    match store.probe().wait() {
        Ok(()) => Group::Database.pass("write", "a transaction went through to the disk"),
        Err(error) => refused("write", &error),
    }
}
