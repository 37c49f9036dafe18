//! Making a backup, beside whatever server is at work.

use super::check::{check, prove};
use super::files;
use super::manifest::{DATA, Database, Manifest, PRODUCTS};
use super::record::LastBackup;
use crate::Error;
use crate::installation::{DataFolder, REVOCATIONS, kept_files};
use crate::settings::Settings;
use jiff::Timestamp;
use mintmark_storage::{Access, DatabaseUrl, Store};
use std::path::Path;

/// What goes into a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contents {
    /// Everything that an installation needs.
    Everything,
    /// All but keys and secrets, which are kept elsewhere then.
    WithoutKeys,
}

/// Makes a backup in a folder that is empty or does not exist, and proves that it is whole.
///
/// # Errors
/// The folder holds something, the keys are not those that the database knows, something cannot be read or written, or
/// the copy does not prove to be whole: then there is no manifest in it.
pub fn back_up(
    settings: &Settings,
    folder: &Path,
    contents: Contents,
    now: Timestamp,
) -> Result<Manifest, Error> {
    if !files::is_vacant(folder)? {
        return Err(Error::Occupied(folder.to_owned()));
    }
    let url = settings.database_url();
    let store = Store::open(&url, Access::Tool)?;
    // A backup with other keys than the database's would be of no use, and be found out too late.
    if contents == Contents::Everything {
        prove(&settings.data_dir, &store).map_err(|error| error.of(&settings.data_dir))?;
    }
    files::make_folder(folder)?;
    files::make_folder(&folder.join(DATA))?;
    let database = match url {
        DatabaseUrl::Sqlite(_) => Database::Sqlite,
        DatabaseUrl::Postgres(_) => Database::Postgres,
    };
    let copied = store.copy_into(&folder.join(database.file()))?;
    let mut manifest = Manifest::new(database, copied.schema, copied.census, now);
    manifest.keys = contents == Contents::Everything;
    manifest.identity = store.registrations()?;
    store.close();
    for name in copy_files(settings, folder, contents, database)? {
        let measured = files::measure(&folder.join(&name))?;
        manifest.files.insert(name, measured);
    }
    files::sync_folder(&folder.join(DATA))?;
    check(folder, &manifest)?;
    manifest.write(folder)?;
    LastBackup::new(folder, now).write(&settings.data_dir);
    Ok(manifest)
}

/// Copies what lies beside the database; answers with every file of the backup.
fn copy_files(
    settings: &Settings,
    folder: &Path,
    contents: Contents,
    database: Database,
) -> Result<Vec<String>, Error> {
    let data = DataFolder::at(&settings.data_dir);
    let mut names = match contents {
        Contents::Everything => kept_files(&data)?,
        Contents::WithoutKeys => Vec::new(),
    };
    names.push(REVOCATIONS.to_owned());
    let mut copied = vec![database.file().to_owned()];
    for name in names.into_iter().filter(|name| data.holds(name)) {
        let path = format!("{DATA}/{name}");
        files::copy(&data.path(&name), &folder.join(&path))?;
        copied.push(path);
    }
    let products = settings.products_file.path();
    if products.exists() {
        files::copy(products, &folder.join(PRODUCTS))?;
        copied.push(PRODUCTS.to_owned());
    }
    Ok(copied)
}
