//! How an SQLite file is opened.

use super::show;
use crate::{Error, Result};
use diesel::connection::SimpleConnection;
use diesel::{Connection as _, SqliteConnection};
use std::path::Path;
use std::time::Duration;

/// The oldest SQLite without the write-ahead log corruption of 3.7.0 to 3.51.2.
const OLDEST: [u32; 3] = [3, 51, 3];

/// None of these changes the file. `synchronous` is a setting of the connection: each one has to be told.
const SETTINGS: &str = "PRAGMA busy_timeout = 5000; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
     PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY; PRAGMA journal_size_limit = 67108864; \
     PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON;";

/// Of the writing connection alone. A cache of 16 MiB keeps the inner pages of large indexes; a log of 32 MiB is
/// brought into the database in few large steps, since pages that change often are then written once for many commits.
const WRITER_SETTINGS: &str = "PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 8000;";

/// What the settings must read back as, for a commit to mean what we say it means.
const PROMISES: [(&str, &str); 2] = [
    ("SELECT CAST(synchronous AS TEXT) AS value FROM pragma_synchronous", "2"),
    ("SELECT CAST(foreign_keys AS TEXT) AS value FROM pragma_foreign_keys", "1"),
];

const JOURNAL_MODE: (&str, &str) = ("SELECT lower(journal_mode) AS value FROM pragma_journal_mode", "wal");

pub(super) fn open(path: &Path) -> Result<SqliteConnection> {
    if !path.is_file() {
        return Err(Error::Missing(path.to_owned()));
    }
    let at = |error: &dyn std::error::Error| failed(path, &error.to_string());
    let mut connection = SqliteConnection::establish(&uri(path)?).map_err(|error| at(&error))?;
    connection.batch_execute(SETTINGS).map_err(|error| at(&error))?;
    // The first look at the file: what is no database is refused here, untouched.
    connection.batch_execute("SELECT count(*) FROM sqlite_schema").map_err(|error| at(&error))?;
    check_version(&show(&mut connection, "SELECT sqlite_version() AS value")?)?;
    for promise in PROMISES {
        check(&mut connection, promise)?;
    }
    Ok(connection)
}

pub(super) fn keep_log(connection: &mut SqliteConnection) -> Result<()> {
    connection.batch_execute("PRAGMA journal_mode = WAL")?;
    check(connection, JOURNAL_MODE)
}

pub(super) fn prepare_for_writing(connection: &mut SqliteConnection, patience: Duration) -> Result<()> {
    let patience = format!("PRAGMA busy_timeout = {}", patience.as_millis());
    Ok(connection.batch_execute(&format!("{WRITER_SETTINGS} {patience}"))?)
}

pub(super) fn shorten_log(connection: &mut SqliteConnection) -> Result<()> {
    Ok(connection.batch_execute("PRAGMA wal_checkpoint(PASSIVE)")?)
}

fn check(connection: &mut SqliteConnection, (question, wanted): (&str, &str)) -> Result<()> {
    let found = show(connection, question)?;
    if found == wanted {
        return Ok(());
    }
    Err(Error::NotDurable(format!("SQLite answers {found} instead of {wanted} to {question}")))
}

fn check_version(version: &str) -> Result<()> {
    let numbers: Vec<u32> = version.split('.').filter_map(|part| part.parse().ok()).collect();
    if numbers.as_slice() >= OLDEST.as_slice() {
        return Ok(());
    }
    Err(Error::NotDurable(format!("SQLite {version} can corrupt its log; 3.51.3 or newer is needed")))
}

/// SQLite says what it may not do, and neither where nor what would help.
fn failed(path: &Path, reason: &str) -> Error {
    let is_forbidden = ["readonly", "unable to open"].iter().any(|word| reason.contains(word));
    if is_forbidden {
        return Error::Forbidden { path: path.to_owned(), reason: reason.to_owned() };
    }
    Error::Unreachable(format!("{}: {reason}", path.display()))
}

/// `mode=rw` opens and never creates.
fn uri(path: &Path) -> Result<String> {
    let Some(text) = path.to_str() else {
        return Err(Error::Unreachable(format!("{} is not UTF-8", path.display())));
    };
    let escaped = text.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    // Without an authority of its own, a path that begins with two slashes would be taken for one.
    let authority = if escaped.starts_with('/') { "//" } else { "" };
    Ok(format!("file:{authority}{escaped}?mode=rw"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opening_never_creates_a_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("typo.db");
        assert!(matches!(open(&path), Err(Error::Missing(missing)) if missing == path));
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
    }

    #[test]
    fn even_a_file_that_vanishes_while_it_is_opened_is_not_made_anew() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("gone.db");
        assert!(SqliteConnection::establish(&uri(&path).expect("a URI")).is_err());
        assert!(!path.exists());
    }

    #[test]
    fn a_path_with_uri_characters_is_opened_as_it_is_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("what?#100%.db");
        std::fs::File::create_new(&path).expect("a file");
        open(&path).expect("the database opens");
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1);
        let doubled = format!("/{}", path.display());
        open(Path::new(&doubled)).expect("the database opens under two slashes");
    }

    #[test]
    fn every_connection_waits_syncs_and_checks_foreign_keys() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("mintmark.db");
        std::fs::File::create_new(&path).expect("a file");
        let mut connection = open(&path).expect("the database opens");
        let mut pragma = |name: &str| {
            let column = if name == "busy_timeout" { "timeout" } else { name };
            show(&mut connection, &format!("SELECT CAST({column} AS TEXT) AS value FROM pragma_{name}"))
                .expect("the pragma answers")
        };
        let names = [
            "busy_timeout",
            "synchronous",
            "foreign_keys",
            "trusted_schema",
            "temp_store",
            "journal_size_limit",
        ];
        assert_eq!(names.map(&mut pragma), ["5000", "2", "1", "0", "2", "67108864"]);
        assert_eq!(["fullfsync", "checkpoint_fullfsync"].map(pragma), ["1", "1"]);
    }

    #[test]
    fn a_setting_that_does_not_hold_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("mintmark.db");
        std::fs::File::create_new(&path).expect("a file");
        let mut connection = open(&path).expect("the database opens");
        assert!(matches!(check(&mut connection, JOURNAL_MODE), Err(Error::NotDurable(_))));
        keep_log(&mut connection).expect("the log is on");
        connection.batch_execute("PRAGMA synchronous = NORMAL").expect("the pragma is set");
        assert!(matches!(check(&mut connection, PROMISES[0]), Err(Error::NotDurable(_))));
    }

    #[test]
    fn an_sqlite_that_corrupts_its_log_is_refused() {
        assert!(matches!(check_version("3.40.1"), Err(Error::NotDurable(_))));
        assert!(matches!(check_version("3.51.2"), Err(Error::NotDurable(_))));
        assert!(check_version("3.51.3").is_ok() && check_version("3.53.0").is_ok());
    }
}
