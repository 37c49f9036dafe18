//! The store: opened once, shared by everything.

use crate::chain::Notary;
use crate::connection::AnyConnection;
use crate::lock::ServerLock;
use crate::pending::Pending;
use crate::writer::{Hot, Manners, Writer};
use crate::{DatabaseUrl, Error, Result, migrations};
use diesel::connection::SimpleConnection;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// Readers at once; each holds a connection of its own beside the writer's.
const READERS: u32 = 4;
/// How long a reader waits for a connection before it says that there is none.
const READER_PATIENCE: Duration = Duration::from_secs(3);

/// What the program that opens the store is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// The first run of a server: makes the SQLite file if it is missing, then as [`Access::Server`].
    FirstRun,
    /// A server: the only one on an SQLite database; brings the schema to this version.
    Server,
    /// A command line beside a server: changes neither file nor schema.
    Tool,
}

/// Deliveries, licenses and letters.
#[derive(Debug)]
pub struct Store {
    url: DatabaseUrl,
    writer: Writer,
    readers: r2d2::Pool<Connector>,
    lock: Option<ServerLock>,
    notary: OnceLock<Arc<dyn Notary>>,
}

impl Store {
    /// Opens the database at `url`.
    ///
    /// # Errors
    /// The file is missing, the server cannot be reached, another server holds it, the schema is newer or foreign,
    /// or the database is set up so that it could lose what it acknowledged.
    pub fn open(url: &DatabaseUrl, access: Access) -> Result<Self> {
        let lock = match url {
            DatabaseUrl::Sqlite(path) => lock(path, access)?,
            DatabaseUrl::Postgres(_) => None,
        };
        let mut connection = AnyConnection::open(url)?;
        match access {
            Access::FirstRun | Access::Server => migrations::migrate(&mut connection)?,
            Access::Tool => migrations::check(&mut connection)?,
        }
        let manners = match access {
            Access::FirstRun | Access::Server => Manners::Host,
            Access::Tool => Manners::Guest,
        };
        Ok(Self {
            url: url.clone(),
            writer: Writer::start(url, manners, connection)?,
            readers: readers(url),
            lock,
            notary: OnceLock::new(),
        })
    }

    /// Changes nothing, by the whole way of a write: answers once the writer is alive and the disk took a commit.
    pub fn probe(&self) -> Pending<()> {
        self.write(|connection| {
            Ok(connection.batch_execute("UPDATE identity SET registered_at = registered_at")?)
        })
    }

    /// How many writes wait in the queue that deliveries go through. No database is asked.
    pub fn waiting_writes(&self) -> usize {
        self.writer.waiting()
    }

    /// Has `tell` called when the disk of the database fails: then nothing that this process writes can be relied on,
    /// and it has to end. A full disk and a database that is locked or away pass by themselves.
    pub fn on_failure(&self, tell: impl FnOnce() + Send + 'static) {
        self.writer.on_failure(tell);
    }

    /// Finishes what is queued and ends the writer; later writes are refused.
    pub fn close(&self) {
        self.writer.close();
    }

    /// Has `notary` seal what is recorded from now on. The first one stays.
    pub fn seal_with(&self, notary: Arc<dyn Notary>) {
        self.notary.get_or_init(|| notary);
    }

    pub(crate) fn notary(&self) -> Result<Arc<dyn Notary>> {
        self.notary.get().cloned().ok_or(Error::Unsealed("this program has opened the database to read"))
    }

    pub(crate) fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    /// Whether an operating-system lock proves that no other server is at work here.
    pub fn is_only_server(&self) -> bool {
        self.lock.is_some()
    }

    pub(crate) fn write<T, F>(&self, work: F) -> Pending<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut AnyConnection) -> Result<T> + Send + 'static,
    {
        self.writer.submit(work)
    }

    /// A write that nobody waits for, and that takes part in the transaction of another if one comes soon.
    pub(crate) fn write_in_company<T, F>(&self, work: F) -> Pending<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut AnyConnection) -> Result<T> + Send + 'static,
    {
        self.writer.submit_in_company(work)
    }

    /// A write of a kind that comes often.
    pub(crate) fn write_hot<W: Hot>(&self, write: W) -> Pending<W::Answer> {
        self.writer.submit_hot(write)
    }

    pub(crate) fn read<T>(&self, work: impl FnOnce(&mut AnyConnection) -> Result<T>) -> Result<T> {
        let mut connection = self.readers.get().map_err(|error| Error::Unreachable(error.to_string()))?;
        work(&mut connection)
    }
}

fn lock(path: &Path, access: Access) -> Result<Option<ServerLock>> {
    if access == Access::FirstRun {
        create(path)?;
    }
    match access {
        Access::FirstRun | Access::Server if path.is_file() => ServerLock::take(path).map(Some),
        Access::FirstRun | Access::Server => Err(Error::Missing(path.to_owned())),
        Access::Tool => Ok(None),
    }
}

/// Makes the file, empty and readable by its owner alone, unless it is there. One that is there is not even opened:
/// closing it would drop SQLite's own locks.
fn create(path: &Path) -> Result<()> {
    let failed = |error: std::io::Error| Error::of_file(path, &error);
    let mut options = std::fs::OpenOptions::new();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => sync_folder(path).map_err(failed),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(failed(error)),
    }
}

/// A new file outlasts a power cut once its folder is on disk as well.
fn sync_folder(path: &Path) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if cfg!(unix) { std::fs::File::open(folder)?.sync_all() } else { Ok(()) }
}

fn readers(url: &DatabaseUrl) -> r2d2::Pool<Connector> {
    r2d2::Pool::builder()
        .max_size(READERS)
        .min_idle(Some(0))
        .connection_timeout(READER_PATIENCE)
        .test_on_check_out(true)
        .error_handler(Box::new(r2d2::NopErrorHandler))
        .build_unchecked(Connector(url.clone()))
}

/// Opens connections for the pool the same way as the writer's.
#[derive(Debug)]
struct Connector(DatabaseUrl);

impl r2d2::ManageConnection for Connector {
    type Connection = AnyConnection;
    type Error = Error;

    fn connect(&self) -> Result<AnyConnection> {
        let mut connection = AnyConnection::open(&self.0)?;
        if let AnyConnection::Sqlite(connection) = &mut connection {
            connection.batch_execute("PRAGMA query_only = ON")?;
        }
        Ok(connection)
    }

    fn is_valid(&self, connection: &mut AnyConnection) -> Result<()> {
        Ok(connection.batch_execute("SELECT 1")?)
    }

    fn has_broken(&self, connection: &mut AnyConnection) -> bool {
        connection.is_broken()
    }
}
