//! What a power cut leaves of a folder: the shim `power_cut` keeps it, and this puts it back.

use std::collections::HashMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use xtask::workspace;

use crate::installation::Installation;

/// What is known to be on the disk: bytes by inode, and the names in the folder.
#[derive(Debug)]
pub(crate) struct Disk {
    watched: PathBuf,
    kept: PathBuf,
}

impl Disk {
    /// Watches the data folder of an installation that is loaded with the shim. What is there now counts as synced.
    pub(crate) fn watch(installation: &mut Installation<'_>) -> anyhow::Result<Self> {
        let (watched, kept) = (installation.data_folder(), installation.folder().join("kept"));
        installation.set("MINTMARK_TEST_SHIM_FOLDER", &watched.display().to_string());
        installation.set("MINTMARK_TEST_SHIM_KEPT", &kept.display().to_string());
        let disk = Self { watched, kept };
        disk.keep_all()?;
        Ok(disk)
    }

    /// The power is back: whatever was not synced is gone.
    pub(crate) fn recover(&self) -> anyhow::Result<()> {
        let entries = fs::read_to_string(self.kept.join("entries")).context("the folder was never synced")?;
        let mut files: HashMap<PathBuf, Vec<u8>> = HashMap::new();
        for line in entries.lines() {
            let (inode, name) = line.split_once(' ').context("an entry has no name")?;
            // A name that outlasts its bytes: an empty file.
            files.insert(self.watched.join(name), fs::read(self.kept.join(inode)).unwrap_or_default());
        }
        for name in workspace::names_in(&self.watched)? {
            let path = self.watched.join(name);
            if path.is_file() {
                fs::remove_file(path)?;
            }
        }
        for (path, bytes) in files {
            fs::write(&path, bytes)?;
            // Of their modes nothing is kept; a server refuses a key that others can read.
            fs::set_permissions(path, Permissions::from_mode(0o600))?;
        }
        self.keep_all()
    }

    fn keep_all(&self) -> anyhow::Result<()> {
        if self.kept.exists() {
            fs::remove_dir_all(&self.kept)?;
        }
        fs::create_dir(&self.kept)?;
        let names = if self.watched.exists() { workspace::names_in(&self.watched)? } else { Vec::new() };
        let mut entries = String::new();
        for name in names {
            let path = self.watched.join(&name);
            if path.is_file() {
                let inode = self.keep(&path)?;
                entries.push_str(&format!("{inode} {name}\n"));
            }
        }
        fs::write(self.kept.join("entries"), entries)?;
        Ok(())
    }

    fn keep(&self, file: &Path) -> anyhow::Result<u64> {
        let inode = fs::metadata(file)?.ino();
        fs::copy(file, self.kept.join(inode.to_string()))?;
        Ok(inode)
    }
}
