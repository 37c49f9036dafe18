//! Whether the keys are as they should be, without making or changing any.

use super::keys::read_signing_key;
use super::ring::Ring;
use super::{AUDIT_KEY, DataFolder, Keys, STANDBY_KEY, WEBHOOK_SECRET, keys};
use crate::Error;
use crate::reissue::Reissue;
use crate::settings::Settings;
use mintmark_storage::{Access, Store};
use std::path::Path;

/// Something that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// A file's name, or what else it is about.
    pub what: String,
    /// How it is.
    pub verdict: Verdict,
}

/// How something is that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// As it should be; the words say how it is.
    Sound(String),
    /// Nothing is wrong, and something is worth knowing.
    Note(String),
    /// Not as it should be.
    Wrong {
        /// What is wrong.
        reason: String,
        /// What to do.
        remedy: String,
    },
}

/// Looks at folder, files and registrations of the keys.
///
/// # Errors
/// The database is not to be had.
pub fn check_keys(settings: &Settings) -> Result<Vec<Finding>, Error> {
    let store = Store::open(&settings.database_url(), Access::Tool)?;
    check_keys_beside(settings, Some(&store))
}

/// As [`check_keys`], on a database that is open; without one the files alone are looked at.
pub(crate) fn check_keys_beside(settings: &Settings, store: Option<&Store>) -> Result<Vec<Finding>, Error> {
    let folder = DataFolder::at(&settings.data_dir);
    let mut findings = vec![of_folder(&settings.data_dir)];
    for name in secret_files(&folder)? {
        findings.push(Finding { verdict: of_file(&settings.data_dir, &folder, &name), what: name });
    }
    let Some(store) = store else { return Ok(findings) };
    let ring = Ring::read(store)?;
    findings.push(of_registration(&folder, store));
    findings.push(of_standby(&folder, &ring));
    if let Some(left) = Reissue::left(store, &ring)? {
        let reason = format!("{left} of them are still signed with a distrusted key");
        findings.push(wrong("licenses", reason, "mintmark-admin key rotate --compromised".to_owned()));
    }
    Ok(findings)
}

/// The keys and secrets of a folder, which a backup has to have.
pub(crate) fn kept_files(folder: &DataFolder) -> Result<Vec<String>, Error> {
    let names = secret_files(folder)?.into_iter();
    Ok(names.filter(|name| folder.holds(name) && !name.ends_with(".draft")).collect())
}

/// Those that have to be there, and whatever else in the folder is a secret.
fn secret_files(folder: &DataFolder) -> Result<Vec<String>, Error> {
    let mut names = keys::NAMES.map(str::to_owned).to_vec();
    let is_secret = |name: &String| {
        let path = Path::new(name);
        let is_key = path.extension().is_some_and(|extension| extension == "pk8" || extension == "draft");
        name == WEBHOOK_SECRET || is_key
    };
    let others = folder.names()?.into_iter().filter(|name| is_secret(name) && !names.contains(name));
    let others: Vec<String> = others.collect();
    names.extend(others);
    Ok(names)
}

fn of_folder(path: &Path) -> Finding {
    let what = "data folder";
    match DataFolder::at(path).mode("") {
        Some(mode) if mode & 0o077 != 0 => wrong(
            what,
            format!("{} is open to others (its mode is {mode:04o})", path.display()),
            format!("chmod 700 {}", path.display()),
        ),
        Some(_) | None => sound(what, path.display().to_string()),
    }
}

fn of_file(data_folder: &Path, folder: &DataFolder, name: &str) -> Verdict {
    let path = folder.path(name);
    if !folder.holds(name) {
        let remedy = format!("put it back from your backup, or from another server, as {}", path.display());
        return Verdict::Wrong { reason: "it is missing".to_owned(), remedy };
    }
    if let Some(mode) = folder.mode(name).filter(|mode| mode & 0o077 != 0) {
        let reason = format!("others can use it (its mode is {mode:04o})");
        return Verdict::Wrong { reason, remedy: format!("chmod 600 {}", path.display()) };
    }
    if owner(&path) != owner(data_folder) {
        let remedy = format!("chown --reference={} {}", data_folder.display(), path.display());
        return Verdict::Wrong { reason: "it belongs to another account than the folder".to_owned(), remedy };
    }
    if name.ends_with(".draft") {
        let reason = "left behind when something was cut off".to_owned();
        return Verdict::Wrong { reason, remedy: format!("rm {}", path.display()) };
    }
    let words = match name {
        AUDIT_KEY => keys::read_audit_key(folder).map(|key| key.fingerprint()),
        _ if name.ends_with(".pk8") => read_signing_key(folder, name).map(|key| key.kid().to_string()),
        _ => Ok("for its owner alone".to_owned()),
    };
    match words {
        Ok(words) => Verdict::Sound(words),
        Err(error) => {
            Verdict::Wrong { reason: error.to_string(), remedy: "put it back from your backup".to_owned() }
        }
    }
}

/// What a start would say.
fn of_registration(folder: &DataFolder, store: &Store) -> Finding {
    let what = "database";
    match Keys::compare(folder, store) {
        Ok(()) => sound(what, "knows these keys".to_owned()),
        Err(error) => {
            let remedy = "the server refuses to start like this; put the right files into the data folder";
            wrong(what, error.to_string(), remedy.to_owned())
        }
    }
}

fn of_standby(folder: &DataFolder, ring: &Ring) -> Finding {
    let what = "standby key";
    let kept = folder.holds(STANDBY_KEY).then(|| read_signing_key(folder, STANDBY_KEY));
    let kept = match kept.transpose() {
        Ok(kept) => kept.map(|key| key.public_key()),
        Err(error) => return wrong(what, error.to_string(), "put it back from your backup".to_owned()),
    };
    match (kept, ring.standby) {
        (None, None) => Finding {
            what: what.to_owned(),
            verdict: Verdict::Note(
                "there is none: `mintmark-admin key standby` makes one for apps to embed".to_owned(),
            ),
        },
        (None, Some(known)) => Finding {
            what: what.to_owned(),
            verdict: Verdict::Note(format!(
                "{} is not in this folder; keep it where you find it again",
                known.kid()
            )),
        },
        (Some(kept), _) if ring.active == Some(kept.kid().to_string()) || ring.has_retired(kept.kid()) => {
            wrong(
                what,
                format!("{} signs licenses or has signed them", kept.kid()),
                format!(
                    "move {} elsewhere; `mintmark-admin key standby` makes a new one",
                    folder.path(STANDBY_KEY).display()
                ),
            )
        }
        (Some(kept), Some(known)) if kept == known => sound(what, format!("{} is ready", kept.kid())),
        (Some(kept), None) => wrong(
            what,
            format!("the database does not know {}", kept.kid()),
            "mintmark-admin key standby".to_owned(),
        ),
        (Some(kept), Some(known)) => wrong(
            what,
            format!("it is {}, and the database knows {}, which apps embed", kept.kid(), known.kid()),
            format!("put {} into its place", known.kid()),
        ),
    }
}

fn sound(what: &str, words: String) -> Finding {
    Finding { what: what.to_owned(), verdict: Verdict::Sound(words) }
}

fn wrong(what: &str, reason: String, remedy: String) -> Finding {
    Finding { what: what.to_owned(), verdict: Verdict::Wrong { reason, remedy } }
}

#[cfg(unix)]
fn owner(path: &Path) -> Option<u32> {
    use std::os::unix::fs::MetadataExt as _;
    Some(path.metadata().ok()?.uid())
}

#[cfg(not(unix))]
fn owner(_path: &Path) -> Option<u32> {
    None
}
