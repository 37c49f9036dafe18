//! The data folder: small secret files, readable by their owner alone.

use crate::Error;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The folder that `data_dir` names.
#[derive(Debug, Clone)]
pub(crate) struct DataFolder(PathBuf);

impl DataFolder {
    /// The folder at `path`, whether or not it exists.
    pub(crate) fn at(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// Makes the folder if it is missing, for its owner alone.
    pub(crate) fn make(&self) -> Result<(), Error> {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&self.0).map_err(|source| Error::File { path: self.0.clone(), source })
    }

    /// Where a file of the folder is.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Whether a file of the folder is there.
    pub(crate) fn holds(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    /// A file's bytes; `None` if there is no such file.
    pub(crate) fn read(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
        let path = self.path(name);
        match std::fs::read(&path) {
            Ok(bytes) => Ok(Some(Zeroizing::new(bytes))),
            Err(source) if source.kind() == ErrorKind::NotFound => Ok(None),
            Err(source) => Err(Error::File { path, source }),
        }
    }

    /// A secret file's bytes; `None` if there is no such file. One that others can read is refused, as a secret that
    /// others may know is none.
    pub(crate) fn read_secret(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
        match self.mode(name) {
            Some(mode) if mode & 0o077 != 0 => Err(Error::OpenKey { path: self.path(name), mode }),
            Some(_) | None => self.read(name),
        }
    }

    /// Who may use a file, as permission bits; `None` if there is none, or the system has no such bits.
    pub(crate) fn mode(&self, name: &str) -> Option<u32> {
        mode(&self.path(name))
    }

    /// The names of what is in the folder, in order.
    pub(crate) fn names(&self) -> Result<Vec<String>, Error> {
        let failed = |source| Error::File { path: self.0.clone(), source };
        let entries: std::io::Result<Vec<_>> = std::fs::read_dir(&self.0).map_err(failed)?.collect();
        let names =
            entries.map_err(failed)?.into_iter().filter_map(|entry| entry.file_name().into_string().ok());
        let mut names: Vec<String> = names.collect();
        names.sort();
        Ok(names)
    }

    /// Gives a file another name, in the place of a file that has it; on disk when this returns.
    pub(crate) fn rename(&self, from: &str, to: &str) -> Result<(), Error> {
        let path = self.path(from);
        let renamed = std::fs::rename(&path, self.path(to)).and_then(|()| File::open(&self.0)?.sync_all());
        renamed.map_err(|source| Error::File { path, source })
    }

    /// Makes a file that must not exist yet, on disk when this returns.
    pub(crate) fn create(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        let path = self.path(name);
        let created =
            if path.exists() { Err(ErrorKind::AlreadyExists.into()) } else { self.write(&path, bytes) };
        created.map_err(|source| Error::File { path, source })
    }

    /// Makes a file, in the place of an earlier one if there is one, on disk when this returns.
    pub(crate) fn replace(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        let path = self.path(name);
        self.write(&path, bytes).map_err(|source| Error::File { path, source })
    }

    pub(crate) fn remove(&self, name: &str) -> Result<(), Error> {
        let path = self.path(name);
        std::fs::remove_file(&path).map_err(|source| Error::File { path, source })
    }

    /// Whole or not at all: half a key, left by a power cut, would have to be removed by hand.
    fn write(&self, path: &Path, bytes: &[u8]) -> std::io::Result<()> {
        let draft = path.with_extension("draft");
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&draft)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&draft, path)?;
        // The name has to be on disk as well as the bytes.
        File::open(&self.0)?.sync_all()
    }
}

#[cfg(unix)]
fn mode(path: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt as _;
    Some(path.metadata().ok()?.permissions().mode() & 0o777)
}

#[cfg(not(unix))]
fn mode(_path: &Path) -> Option<u32> {
    None
}
