//! The programs of PostgreSQL: where they are, and how they are run without showing a password.

use crate::url::split_password;
use crate::{Error, Result};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where distributions keep them, one folder for each version.
const VERSIONS: [&str; 3] = ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt"];
const FOLDERS: [&str; 3] =
    ["/usr/local/pgsql/bin", "/opt/homebrew/opt/libpq/bin", "/usr/local/opt/libpq/bin"];
/// What it says at length is not what went wrong.
const LONGEST_COMPLAINT: usize = 400;

/// One of PostgreSQL's programs, about to be run.
pub(super) struct Program {
    name: &'static str,
    command: Command,
}

impl Program {
    /// On the PATH, where `pg_config` says, or in the usual folders.
    pub(super) fn find(name: &'static str) -> Result<Self> {
        let folder = candidates().find(|folder| folder.join(name).is_file());
        let folder = folder.ok_or(Error::NoProgram(name))?;
        Ok(Self { name, command: Command::new(folder.join(name)) })
    }

    /// Every user of the machine sees the arguments of a program; the password goes into its environment.
    pub(super) fn connected(mut self, url: &str) -> Self {
        let (shown, password) = split_password(url);
        self.command.arg("--dbname").arg(shown);
        if let Some(password) = password {
            self.command.env("PGPASSWORD", password);
        }
        self.argument("--no-password")
    }

    pub(super) fn argument(mut self, argument: &str) -> Self {
        self.command.arg(argument);
        self
    }

    pub(super) fn file(mut self, name: &str, file: &Path) -> Self {
        self.command.arg(name).arg(file);
        self
    }

    pub(super) fn path(mut self, file: &Path) -> Self {
        self.command.arg(file);
        self
    }

    /// Waits until it ends.
    pub(super) fn run(mut self) -> Result<()> {
        let failed = |reason: String| Error::Program { program: self.name, reason };
        let output = self.command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).output();
        let output = output.map_err(|error| failed(error.to_string()))?;
        if output.status.success() {
            return Ok(());
        }
        let words = String::from_utf8_lossy(&output.stderr);
        let words: String = words.split_whitespace().collect::<Vec<_>>().join(" ");
        Err(failed(words.chars().take(LONGEST_COMPLAINT).collect()))
    }
}

fn candidates() -> impl Iterator<Item = PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path: Vec<PathBuf> = std::env::split_paths(&path).collect();
    on_path.into_iter().chain(configured()).chain(FOLDERS.map(PathBuf::from)).chain(installed())
}

fn configured() -> Option<PathBuf> {
    let output = Command::new("pg_config").arg("--bindir").stderr(Stdio::null()).output().ok()?;
    Some(PathBuf::from(String::from_utf8(output.stdout).ok()?.trim()))
}

/// The newest first: an older `pg_dump` refuses a newer server.
fn installed() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = VERSIONS
        .iter()
        .filter_map(|parent| std::fs::read_dir(parent).ok())
        .flat_map(|entries| entries.flatten().map(|entry| entry.path()))
        .collect();
    folders.sort_by_key(|folder| std::cmp::Reverse(version(folder)));
    folders.into_iter().map(|folder| folder.join("bin")).collect()
}

/// The number at the end of a folder's name, so that 15 is newer than 9.
fn version(folder: &Path) -> u32 {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let digits: String =
        name.chars().skip_while(|letter| !letter.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(0)
}
