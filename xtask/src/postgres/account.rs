//! PostgreSQL refuses to run as root: the account that it runs under instead.

use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use anyhow::Context;

use crate::process::output;

/// Who owns the private cluster and runs its programs.
#[derive(Debug)]
pub enum Account {
    Ours,
    Other { uid: u32, gid: u32 },
}

impl Account {
    /// Ours, unless we are root; then that of the package, or the one that owns nothing.
    pub fn choose() -> anyhow::Result<Self> {
        if !rustix::process::geteuid().is_root() {
            return Ok(Self::Ours);
        }
        Self::named("postgres").or_else(|_| Self::named("nobody"))
    }

    /// Hands a folder over, so that the programs can write into it.
    pub fn own(&self, folder: &Path) -> anyhow::Result<()> {
        match self {
            Self::Ours => Ok(()),
            Self::Other { uid, gid } => {
                chown(folder, Some(*uid), Some(*gid)).context("cannot hand over a folder")
            }
        }
    }

    /// Makes a program run under this account.
    pub fn run(&self, command: &mut Command) {
        if let Self::Other { uid, gid } = self {
            command.uid(*uid).gid(*gid);
        }
    }

    fn named(name: &str) -> anyhow::Result<Self> {
        let uid = output(Command::new("id").args(["-u", name]))?;
        let gid = output(Command::new("id").args(["-g", name]))?;
        Ok(Self::Other { uid: uid.trim().parse()?, gid: gid.trim().parse()? })
    }
}
