//! What can go wrong between settings and a mailed license.

use crate::problems::Problems;
use std::path::PathBuf;

/// Why an installation could not be opened, or a use case not be carried out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Settings or catalog hold mistakes.
    #[error(transparent)]
    Problems(#[from] Problems),
    /// The database.
    #[error(transparent)]
    Storage(#[from] mintmark_storage::Error),
    /// The letters.
    #[error(transparent)]
    Mail(#[from] mintmark_mail::Error),
    /// The sources.
    #[error(transparent)]
    Sources(#[from] mintmark_adapters::Error),
    /// Keys or minting.
    #[error(transparent)]
    Licensing(#[from] mintmark_licensing::Error),
    /// Fulfilling a delivery panicked: a defect of this program, which the log tells more of.
    #[error("fulfilling delivery {delivery} panicked; please report it")]
    Panicked {
        /// Its number.
        delivery: i64,
    },
    /// A file of the data folder.
    #[error("cannot use {}; it has to be there, and to belong to the account of this program", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file of the data folder is not what it should be.
    #[error("{} is damaged; put the right file back from your backup", .0.display())]
    BrokenFile(PathBuf),
    /// A program that mints finds no keys.
    #[error("there is no key at {}; run `mintmark-admin init`, or set data_dir to the server's folder", .0.display())]
    NoKeys(PathBuf),
    /// The database was used with a key that is not here.
    #[error(
        "the database was used with {what} {registered}, which is missing here; copy it to {} from the server that has it",
        file.display()
    )]
    KeyElsewhere {
        /// What is missing: the signing key, the revocation key, the license-key secret or the audit key.
        what: &'static str,
        /// Where the key belongs.
        file: PathBuf,
        /// The registered key's public name.
        registered: String,
    },
    /// The database was used with another key.
    #[error(
        "{} is {what} {held}, but the database was used with {registered}; copy that one here, or use another database",
        file.display()
    )]
    OtherKey {
        /// What differs: the signing key, the revocation key, the license-key secret or the audit key.
        what: &'static str,
        /// The file in hand.
        file: PathBuf,
        /// The registered key's public name.
        registered: String,
        /// The public name of the key in hand.
        held: String,
    },
    /// A key file that others than its owner can use.
    #[error(
        "{0} can be used by others (its mode is {mode:04o}), so the key in it may be known; if it is not: chmod 600 {0}",
        path.display()
    )]
    OpenKey {
        /// Which file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The signing key at hand was rotated away elsewhere.
    #[error(
        "{} is the signing key {held}, which was retired; licenses are signed with {registered} now: copy signing-key.pk8 \
         from the server where the key was rotated, or run `mintmark-admin key rotate` here if the standby key is here",
        file.display()
    )]
    RetiredKey {
        /// The file in hand.
        file: PathBuf,
        /// The registered key's id.
        registered: String,
        /// The id of the key in hand.
        held: String,
    },
    /// There is nothing to rotate to.
    #[error(
        "there is no standby key at {}; `mintmark-admin key standby` makes one, and apps have to embed it before it signs",
        .0.display()
    )]
    NoStandbyKey(PathBuf),
    /// A key is to be used a second time.
    #[error("{} is the key {kid}, which signs licenses or has signed them; a standby key has to be a new one", file.display())]
    UsedKey {
        /// The file in hand.
        file: PathBuf,
        /// The key's id.
        kid: String,
    },
    /// Keys are to be made where there are some.
    #[error("there are keys in {} already, and nothing was changed; `mintmark-admin key rotate` replaces the signing key", .0.display())]
    KeysExist(PathBuf),
    /// A key is to be rotated under a server's hands.
    #[error("a server runs on {}, with the old key in its memory: stop it, run this again, and start it", .0.display())]
    ServerRuns(PathBuf),
    /// A backup that is not whole, or whose parts do not belong together.
    #[error("the backup {} cannot be relied on: {reason}", path.display())]
    BrokenBackup {
        /// Its folder.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// There is something where something new is to go.
    #[error("{} is not empty, and nothing was changed; name an empty place", .0.display())]
    Occupied(PathBuf),
    /// A file of a backup.
    #[error("cannot use {}", path.display())]
    Write {
        /// Which file or folder.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A secret cannot be rotated, or its rotation not be finished, as things stand.
    #[error("{0}")]
    Rotating(String),
    /// Some licenses still have blobs under a distrusted key.
    #[error(
        "{0} licenses are still signed with a distrusted key; finish that first: mintmark-admin key rotate --compromised"
    )]
    Unfinished(i64),
    /// A row is to be settled that is settled.
    #[error("nothing is left to do about row {id}: mintmark-replay show {id}")]
    Settled {
        /// Its number.
        id: i64,
    },
    /// A dismissal is to be taken back that never was.
    #[error("row {id} was not dismissed: mintmark-replay show {id}")]
    NotDismissed {
        /// Its number.
        id: i64,
    },
    /// A row cannot be corrected, or not like this; nothing was changed.
    #[error("row {id} is not corrected: {reason}")]
    Uncorrected {
        /// Its number.
        id: i64,
        /// What is in the way.
        reason: String,
    },
    /// The database knows no audit key.
    #[error(
        "the database knows no audit key: its log was never begun, or the key's row was removed from the table identity; \
         if it should have one, restore your backup"
    )]
    NoAuditKey,
    /// Somebody has changed the audit log.
    #[error(
        "the audit log is not whole ({0}), and pruning could hide that; `mintmark-replay verify` says more"
    )]
    BrokenLog(String),
    /// No such row.
    #[error("there is no {what} {id}")]
    NotFound {
        /// What was looked for.
        what: &'static str,
        /// By which name.
        id: String,
    },
    /// A store's records are asked for without a token.
    #[error(
        "sources.{store}.access_token is not set; Gumroad makes one under Settings, Advanced, Applications: create an \
         application, then \"Generate access token\""
    )]
    NoToken {
        /// The source's name.
        store: &'static str,
    },
    /// There is no address that a store could tell.
    #[error("{0}")]
    Address(&'static str),
    /// A store refuses to be asked, or does not answer.
    #[error(transparent)]
    Books(#[from] mintmark_adapters::BooksError),
    /// A thread could not be started.
    #[error("a thread could not be started")]
    Thread(#[source] std::io::Error),
}

impl Error {
    /// Whether the settings are wrong, rather than the world: a program then exits with 2.
    pub fn is_configuration(&self) -> bool {
        matches!(
            self,
            Self::Problems(_)
                | Self::Mail(_)
                | Self::Sources(_)
                | Self::BrokenFile(_)
                | Self::NoKeys(_)
                | Self::NoToken { .. }
                | Self::Address(_)
                | Self::KeyElsewhere { .. }
                | Self::OtherKey { .. }
                | Self::OpenKey { .. }
                | Self::RetiredKey { .. }
                | Self::NoStandbyKey(_)
                | Self::UsedKey { .. }
                | Self::Storage(mintmark_storage::Error::Missing(_) | mintmark_storage::Error::Foreign)
        )
    }
}
