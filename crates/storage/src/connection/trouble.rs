//! What an error of the database says about the disk, the connection, or the row.
//!
//! diesel tells SQLite's result codes as text alone, so this is the one place that reads such text.

use crate::Error;
use diesel::result::{DatabaseErrorKind, Error as Refusal};

/// SQLite's words for a disk or a file that can no longer be relied on.
const LOST: [&str; 3] = ["disk I/O error", "database disk image is malformed", "file is not a database"];

/// PostgreSQL's words for what says nothing about the rows.
const NOT_THE_ROWS: [&str; 3] = ["timeout", "terminating connection", "the database system is"];

/// Whether nothing that this process writes from now on can be relied on.
pub(crate) fn is_fatal(error: &Error) -> bool {
    match error {
        Error::Aborted(cause) => is_fatal(cause),
        Error::Refused(cause) => tells_of_loss(&cause.to_string()),
        Error::Unreachable(words) => tells_of_loss(words),
        _ => false,
    }
}

fn tells_of_loss(words: &str) -> bool {
    LOST.iter().any(|lost| words.contains(lost))
}

/// Whether a statement was refused for one of its rows, so that the others may be written without it.
pub(crate) fn is_about_a_row(error: &Error) -> bool {
    let Error::Refused(cause) = error else { return matches!(error, Error::Corrupt(_) | Error::Panicked) };
    match cause.downcast_ref::<Refusal>() {
        Some(Refusal::DatabaseError(DatabaseErrorKind::ClosedConnection, _)) => false,
        Some(Refusal::DatabaseError(DatabaseErrorKind::UnableToSendCommand, _)) => false,
        Some(Refusal::DatabaseError(_, words)) => {
            !NOT_THE_ROWS.iter().any(|other| words.message().contains(other))
        }
        Some(_) => true,
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(kind: DatabaseErrorKind, words: &str) -> Error {
        Refusal::DatabaseError(kind, Box::new(words.to_owned())).into()
    }

    #[test]
    fn a_lost_disk_is_told_from_a_full_or_a_busy_one() {
        let is_fatal = |words| is_fatal(&refused(DatabaseErrorKind::Unknown, words));
        assert!(is_fatal("disk I/O error") && is_fatal("database disk image is malformed"));
        for passing in ["database or disk is full", "database is locked", "unable to open database file"] {
            assert!(!is_fatal(passing), "{passing}");
        }
    }

    #[test]
    fn a_row_is_to_blame_for_what_it_says_and_for_nothing_else() {
        let is_about_a_row = |kind, words| is_about_a_row(&refused(kind, words));
        assert!(is_about_a_row(DatabaseErrorKind::UniqueViolation, "duplicate key value"));
        assert!(is_about_a_row(
            DatabaseErrorKind::Unknown,
            "invalid byte sequence for encoding \"UTF8\": 0x00"
        ));
        assert!(is_about_a_row(DatabaseErrorKind::Unknown, "deadlock detected"));
        for (kind, words) in [
            (DatabaseErrorKind::ClosedConnection, "server closed the connection unexpectedly"),
            (DatabaseErrorKind::Unknown, "canceling statement due to statement timeout"),
            (DatabaseErrorKind::Unknown, "terminating connection due to administrator command"),
            (DatabaseErrorKind::Unknown, "the database system is shutting down"),
        ] {
            assert!(!is_about_a_row(kind, words), "{words}");
        }
    }
}
