//! What can go wrong between a question and the database.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Why the store could not be opened, asked or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The database could not be reached, opened or locked in time.
    #[error("the database cannot be reached: {0}")]
    Unreachable(String),
    /// The file of an SQLite database, or its folder, may not be used.
    #[error("cannot use the database at {}: {reason}; the account of this program has to own the file and its folder, and to be allowed to write both", path.display())]
    Forbidden {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// The file of an SQLite database does not exist; nothing creates it but a first run.
    #[error("there is no database at {}; check the URL, or create it with `mintmark-admin init`", .0.display())]
    Missing(PathBuf),
    /// Another server holds this SQLite database.
    #[error("another server runs on {}; one SQLite database serves one server", .0.display())]
    InUse(PathBuf),
    /// The schema was made by a newer version.
    #[error("the database was written by a newer version of Mintmark (schema {0}); upgrade this program")]
    Newer(String),
    /// The schema is older than this program, and this program must not change it.
    #[error("the database is older than this program; start mintmark-server once to upgrade it")]
    Outdated,
    /// The tables of something else live here.
    #[error("the database holds tables that are not Mintmark's; give it a database of its own")]
    Foreign,
    /// There are tables where a copy is to be put.
    #[error("the database holds tables already; a backup is restored into an empty one")]
    Occupied,
    /// A copy is of another schema than the one it is to be put into.
    #[error("the backup is of the schema {copied}, and the database's search path begins with {found}")]
    OtherSchema {
        /// The schema of the copy.
        copied: String,
        /// The schema of the database.
        found: String,
    },
    /// A program of PostgreSQL's is needed and not there.
    #[error(
        "{0} is not on the PATH, nor where pg_config or a distribution has it; install the client programs of PostgreSQL"
    )]
    NoProgram(&'static str),
    /// A program of PostgreSQL's failed.
    #[error("{program} failed: {reason}")]
    Program {
        /// Which one.
        program: &'static str,
        /// What it said.
        reason: String,
    },
    /// The database server is set up so that an acknowledged row could be lost.
    #[error("the database is not durable: {0}")]
    NotDurable(String),
    /// Too much is waiting to be written.
    #[error("the write queue is full")]
    Full,
    /// The disk of the database failed. Only a new process can tell what is on it.
    #[error("the disk of the database failed; start the server again")]
    Failed,
    /// Nothing can be sealed into the audit log: the store was given no notary, or it has no randomness.
    #[error("nothing can be put on record: {0}")]
    Unsealed(&'static str),
    /// The table of the chains is not as this program left it, so the audit log cannot be continued.
    #[error("the table chains is not as Mintmark left it ({0}); `mintmark-replay verify` says more")]
    Chains(&'static str),
    /// The writer has stopped.
    #[error("the store is shutting down")]
    Closed,
    /// A write panicked; nothing of it was kept.
    #[error("a write panicked and was taken back")]
    Panicked,
    /// The transaction that this write was part of failed. Whether it was committed is unknown if the connection was
    /// lost at its end: ask again.
    #[error("the transaction failed")]
    Aborted(#[source] Arc<Error>),
    /// A row says something that this version cannot read.
    #[error("the database holds what this version cannot read: {0}")]
    Corrupt(String),
    /// The database refused a statement.
    #[error("the database refused")]
    Refused(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// Whether it is trouble of the database as a whole, which passes, and says nothing of the row in hand.
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::Unreachable(_)
                | Self::Forbidden { .. }
                | Self::Full
                | Self::Closed
                | Self::Failed
                | Self::Aborted(_)
        )
    }
}

impl Error {
    /// What the system says of the file of a database, in words that tell what to do.
    pub(crate) fn of_file(path: &Path, error: &std::io::Error) -> Self {
        match error.kind() {
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
                Self::Forbidden { path: path.to_owned(), reason: error.to_string() }
            }
            ErrorKind::NotFound => {
                Self::Unreachable(format!("{}: its folder does not exist; make it first", path.display()))
            }
            _ => Self::Unreachable(format!("{}: {error}", path.display())),
        }
    }

    /// What happened and all that led to it, for the log: the database's own words are the last.
    pub(crate) fn with_causes(&self) -> String {
        let causes = std::iter::successors(std::error::Error::source(self), |cause| cause.source());
        causes.fold(self.to_string(), |words, cause| format!("{words}: {cause}"))
    }
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        Self::Refused(Box::new(error))
    }
}
