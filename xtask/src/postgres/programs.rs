//! Where the programs of PostgreSQL are: distributions keep the server's off the PATH.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::output;

/// A folder that holds `initdb` and `postgres`.
#[derive(Debug)]
pub struct Programs {
    folder: PathBuf,
}

impl Programs {
    /// The first folder that has both; the PATH goes first, because it is what the person chose.
    pub fn find() -> Option<Self> {
        let folder = candidates().into_iter().find(|folder| is_complete(folder))?;
        Some(Self { folder })
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn command(&self, program: &str) -> Command {
        Command::new(self.folder.join(program))
    }
}

/// The client. Where none is found its bare name stands, so that the error says what is missing.
pub fn psql() -> PathBuf {
    let mut found = candidates().into_iter().map(|folder| folder.join("psql"));
    found.find(|path| path.is_file()).unwrap_or_else(|| PathBuf::from("psql"))
}

fn is_complete(folder: &Path) -> bool {
    folder.join("initdb").is_file() && folder.join("postgres").is_file()
}

fn candidates() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    folders
        .extend(output(Command::new("pg_config").arg("--bindir")).map(|folder| PathBuf::from(folder.trim())));
    for (parent, start) in INSTALLATIONS {
        folders.extend(installed(Path::new(parent), start));
    }
    folders
}

/// Folders that hold one installation for each version, and how the names of those begin.
const INSTALLATIONS: &[(&str, &str)] = &[
    ("/usr/lib/postgresql", ""),
    ("/usr/local", "pgsql"),
    ("/usr", "pgsql-"),
    ("/opt/homebrew/opt", "postgresql"),
    ("/usr/local/opt", "postgresql"),
    ("/home/linuxbrew/.linuxbrew/opt", "postgresql"),
    ("/Applications/Postgres.app/Contents/Versions", ""),
];

/// The `bin` folders of all versions, the newest first.
fn installed(parent: &Path, start: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    let mut versions: Vec<PathBuf> =
        entries.map(|entry| entry.path()).filter(|path| begins(path, start)).collect();
    versions.sort_by_key(|path| std::cmp::Reverse(version(path)));
    versions.into_iter().map(|path| path.join("bin")).collect()
}

fn begins(path: &Path, start: &str) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(start))
}

/// The number in a folder's name, so that 15 is newer than 9.
fn version(path: &Path) -> u32 {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let digits: String =
        name.chars().skip_while(|letter| !letter.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_comes_first() {
        let parent = tempfile::tempdir().unwrap();
        for name in ["postgresql@9.6", "postgresql@17", "postgresql@16", "redis"] {
            fs::create_dir(parent.path().join(name)).unwrap();
        }
        let newest_first = ["postgresql@17", "postgresql@16", "postgresql@9.6"];
        let expected: Vec<PathBuf> =
            newest_first.iter().map(|name| parent.path().join(name).join("bin")).collect();
        assert_eq!(installed(parent.path(), "postgresql"), expected);
    }

    #[test]
    fn a_folder_with_a_client_only_is_no_server() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("initdb"), "").unwrap();
        assert!(!is_complete(folder.path()));
        fs::write(folder.path().join("postgres"), "").unwrap();
        assert!(is_complete(folder.path()));
    }

    #[test]
    fn a_parent_that_does_not_exist_holds_no_versions() {
        assert_eq!(installed(Path::new("/nowhere/at/all"), ""), Vec::<PathBuf>::new());
    }
}
