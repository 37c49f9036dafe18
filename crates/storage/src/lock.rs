//! One server per SQLite database, held by the operating system: it is released however the process ends.

use crate::{Error, Result};
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

/// The lock of the one server on a database; dropping it lets the next one in.
#[derive(Debug)]
pub(crate) struct ServerLock {
    _file: File,
}

impl ServerLock {
    pub(crate) fn take(database: &Path) -> Result<Self> {
        let failed = |error: std::io::Error| Error::of_file(database, &error);
        let path = lock_path(database).map_err(failed)?;
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {
                // SQLite would open a file that it may only read, and say so at the first write. No connection of
                // this process is open yet, so closing the file drops no lock.
                OpenOptions::new().append(true).open(database).map_err(failed)?;
                Ok(Self { _file: file })
            }
            Err(TryLockError::WouldBlock) => Err(Error::InUse(database.to_owned())),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }
}

/// Whether a server holds the lock of a database; `None` if that cannot be told. The question takes the lock for a
/// moment if it is free, so a server that starts in that very moment is refused, and has to be started again.
pub(crate) fn is_held(database: &Path) -> Option<bool> {
    // A database that never had a server has no such file, and none is made.
    let path = lock_path(database).ok()?;
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Some(false),
        Err(_) => return None,
    };
    match file.try_lock_shared() {
        Ok(()) => Some(false),
        Err(TryLockError::WouldBlock) => Some(true),
        Err(TryLockError::Error(_)) => None,
    }
}

/// Beside the real file, whatever link it was named by: so the file has to exist. Never the database file itself: closing
/// any handle on that drops SQLite's own locks.
fn lock_path(database: &Path) -> std::io::Result<PathBuf> {
    let mut name = database.canonicalize()?.into_os_string();
    name.push(".server-lock");
    Ok(PathBuf::from(name))
}
