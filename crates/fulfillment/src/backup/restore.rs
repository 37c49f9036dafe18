//! Restoring: an installation is put back under other names, proved, and then given its own.

use super::check::{check_backup, prove};
use super::files;
use super::manifest::{DATA, Database, Manifest, PRODUCTS};
use crate::Error;
use crate::settings::Settings;
use mintmark_storage::{Access, DatabaseUrl, Store, is_vacant, restore_copy};
use std::path::{Path, PathBuf};

/// What was put back.
#[derive(Debug)]
pub struct Restored {
    /// What the backup had in it.
    pub manifest: Manifest,
    /// Where the catalog was put; `None` if there was one, which stays.
    pub products: Option<PathBuf>,
}

/// Puts a backup back into an empty data folder and an empty database: all of it, or nothing.
///
/// # Errors
/// There is something where it is to go, the backup is not whole, or of another kind of database than the settings name.
pub fn restore(settings: &Settings, folder: &Path) -> Result<Restored, Error> {
    let manifest = check_backup(folder)?;
    let url = settings.database_url();
    refuse_occupied(settings, &url)?;
    let draft = beside(&settings.data_dir, ".restoring");
    // What is left of a restore that was broken off.
    match std::fs::remove_dir_all(&draft) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(files::failed(&draft)(error));
        }
        Err(_) | Ok(()) => {}
    }
    files::make_folder(&draft)?;
    let restored = fill(&draft, folder, &manifest, settings, &url);
    if restored.is_err() {
        // The first error is the one to report.
        drop(std::fs::remove_dir_all(&draft));
    }
    restored?;
    let products = put_products(settings, folder, &manifest)?;
    Ok(Restored { manifest, products })
}

fn refuse_occupied(settings: &Settings, url: &DatabaseUrl) -> Result<(), Error> {
    if !files::is_vacant(&settings.data_dir)? {
        return Err(Error::Occupied(settings.data_dir.clone()));
    }
    match (is_vacant(url)?, url) {
        (true, _) => Ok(()),
        (false, DatabaseUrl::Sqlite(path)) => Err(Error::Occupied(path.clone())),
        (false, DatabaseUrl::Postgres(_)) => Err(mintmark_storage::Error::Occupied.into()),
    }
}

/// The database comes first: a data folder under its own name means that all of it is there.
fn fill(
    draft: &Path,
    folder: &Path,
    manifest: &Manifest,
    settings: &Settings,
    url: &DatabaseUrl,
) -> Result<(), Error> {
    let data =
        manifest.files.keys().filter_map(|name| name.strip_prefix(&format!("{DATA}/")).map(str::to_owned));
    for name in data {
        files::copy(&folder.join(DATA).join(&name), &draft.join(&name))?;
    }
    let copy = folder.join(manifest.database.file());
    match (manifest.database, url) {
        (Database::Sqlite, DatabaseUrl::Sqlite(path)) => put_file(&copy, path, draft, manifest, settings)?,
        (Database::Postgres, DatabaseUrl::Postgres(_)) => {
            restore_copy(url, manifest.schema.as_deref().unwrap_or("public"), &copy)?;
            if manifest.keys {
                let store = Store::open(url, Access::Tool)?;
                prove(draft, &store).map_err(|error| error.of(folder))?;
            }
        }
        (Database::Sqlite, DatabaseUrl::Postgres(_)) | (Database::Postgres, DatabaseUrl::Sqlite(_)) => {
            return Err(Error::BrokenBackup {
                path: folder.to_owned(),
                reason: format!("it is of another kind of database than database.url, which is {url}"),
            });
        }
    }
    files::sync_folder(draft)?;
    std::fs::rename(draft, &settings.data_dir).map_err(files::failed(&settings.data_dir))?;
    files::sync_folder(parent(&settings.data_dir))
}

/// The file of an SQLite database, in the data folder or elsewhere. It is opened as a server opens it, which turns its log
/// on.
fn put_file(
    copy: &Path,
    path: &Path,
    draft: &Path,
    manifest: &Manifest,
    settings: &Settings,
) -> Result<(), Error> {
    let inside = path.strip_prefix(&settings.data_dir).ok();
    let place = inside.map_or_else(|| beside(path, ".restoring"), |name| draft.join(name));
    if inside.is_none() {
        drop(std::fs::remove_file(&place));
    }
    files::copy(copy, &place)?;
    {
        let store = Store::open(&DatabaseUrl::sqlite(&place), Access::Server)?;
        if manifest.keys {
            prove(draft, &store).map_err(|error| error.of(copy))?;
        }
        store.close();
    }
    if inside.is_none() {
        drop(std::fs::remove_file(beside(&place, ".server-lock")));
        std::fs::rename(&place, path).map_err(files::failed(path))?;
        files::sync_folder(parent(path))?;
    }
    Ok(())
}

/// Whoever has edited theirs meanwhile keeps it.
fn put_products(settings: &Settings, folder: &Path, manifest: &Manifest) -> Result<Option<PathBuf>, Error> {
    let path = settings.products_file.path();
    if path.exists() || !manifest.files.contains_key(PRODUCTS) {
        return Ok(None);
    }
    if !parent(path).exists() {
        std::fs::create_dir_all(parent(path)).map_err(files::failed(path))?;
    }
    files::copy(&folder.join(PRODUCTS), path)?;
    Ok(Some(path.to_owned()))
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn parent(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
