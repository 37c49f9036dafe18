//! Rotation: the standby key becomes the one that signs.
//!
//! The registration in the database is what decides. Before it the old key has a second copy under its new name, and
//! nothing else is different; after it the standby key takes the old one's name. Whoever opens an installation in
//! which that last step is missing takes it ([`take_up`]).

use super::keys::{read_signing_key, signing_key_pkcs8};
use super::ring::{self, Ring, SIGNING, STANDBY};
use super::{DataFolder, Keys, SIGNING_KEY, STANDBY_KEY};
use crate::Error;
use crate::reissue::Reissue;
use crate::settings::Settings;
use jiff::Timestamp;
use mintmark_licensing::{PublicKey, SigningKey};
use mintmark_storage::{Access, DatabaseUrl, Registration, Store, Succession};

/// Why the signing key is rotated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// By plan: what the old key has signed stays good.
    Routine,
    /// The old key may be in other hands: what it has signed is void, and is issued again.
    Compromise,
}

/// What became of a standby key that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standby {
    /// Made now.
    Made(PublicKey),
    /// Made earlier.
    Kept(PublicKey),
}

/// A signing key that was rotated.
#[derive(Debug)]
pub struct Rotated {
    /// The key that signs now.
    pub active: PublicKey,
    /// The key that signed until now; `None` if this run only went on with an earlier one.
    pub retired: Option<PublicKey>,
    /// The licenses that are still to be issued again.
    pub reissue: Option<Reissue>,
}

/// Makes the key that will sign after the next rotation, for apps to embed from now on.
///
/// # Errors
/// Another standby key is registered, which belongs here; or keys or database are not to be had.
pub fn make_standby_key(settings: &Settings, now: Timestamp) -> Result<Standby, Error> {
    let store = Store::open(&settings.database_url(), Access::Tool)?;
    let folder = DataFolder::at(&settings.data_dir);
    let active = Keys::load(&folder, &store)?.signing.public_key();
    let ring = Ring::read(&store)?;
    let is_there = folder.holds(STANDBY_KEY);
    if let (Some(registered), false) = (ring.standby, is_there) {
        return Err(Error::KeyElsewhere {
            what: "standby key",
            file: folder.path(STANDBY_KEY),
            registered: registered.kid().to_string(),
        });
    }
    if !is_there {
        folder.create(STANDBY_KEY, &signing_key_pkcs8()?)?;
    }
    let standby = unused(&folder, &ring, active)?.public_key();
    match store.register(STANDBY, &standby.to_string(), now).wait()? {
        Registration::Other(registered) => {
            if !is_there {
                // Another server was first: what was made here has signed nothing.
                folder.remove(STANDBY_KEY)?;
            }
            let registered = registered.parse::<PublicKey>()?.kid().to_string();
            Err(is_other(&folder, registered, standby))
        }
        Registration::New | Registration::Same if is_there => Ok(Standby::Kept(standby)),
        Registration::New | Registration::Same => Ok(Standby::Made(standby)),
    }
}

/// Has the standby key sign from now on. On SQLite no server may run; on PostgreSQL the others have to be stopped, and
/// refuse to start without the new key. After a compromise `reissue` of the answer is to be carried out; where an
/// earlier one was not, this goes on with it and rotates nothing.
///
/// # Errors
/// A server runs, there is no standby key, or keys or database are not to be had.
pub fn rotate(settings: &Settings, occasion: Occasion, now: Timestamp) -> Result<Rotated, Error> {
    let store = open_alone(settings)?;
    let folder = DataFolder::at(&settings.data_dir);
    let mut retired = follow(&folder, &Ring::read(&store)?)?;
    let keys = Keys::load(&folder, &store)?;
    let ring = Ring::read(&store)?;
    let reissue = Reissue::left(&store, &ring)?;
    match (occasion, reissue) {
        (Occasion::Routine, Some(left)) => return Err(Error::Unfinished(left)),
        (Occasion::Compromise, Some(_)) => {}
        // Elsewhere it was done already, and here are the files that were missing.
        (Occasion::Routine, None) if retired.is_some() => {}
        (_, None) => {
            retired = Some(keys.signing.public_key());
            succeed(&store, &folder, &keys.signing, &ring, occasion, now)?;
        }
    }
    let keys = Keys::load(&folder, &store)?;
    let active = keys.signing.public_key();
    let reissue = match occasion {
        Occasion::Routine => None,
        Occasion::Compromise => Some(Reissue::new(store, keys, settings)?),
    };
    Ok(Rotated { active, retired, reissue })
}

/// Finishes a rotation that was begun in this folder and cut off after the database knew of it.
pub(super) fn take_up(folder: &DataFolder, store: &Store) -> Result<(), Error> {
    if !folder.holds(STANDBY_KEY) || !folder.holds(SIGNING_KEY) {
        return Ok(());
    }
    let ring = Ring::read(store)?;
    let held = read_signing_key(folder, SIGNING_KEY)?.public_key();
    // Without the copy it was begun elsewhere: then whoever looks after this folder has to know of it.
    if ring.has_retired(held.kid()) && folder.holds(&retired_file(held)) && follow(folder, &ring)?.is_some() {
        tracing::warn!(retired = %held.kid(), "a rotation of the signing key that was cut off is finished");
    }
    Ok(())
}

/// The file of a key that has signed.
pub(super) fn retired_file(key: PublicKey) -> String {
    format!("retired-key-{}.pk8", key.kid())
}

/// Brings the files to where the database is; answers with the key that was retired here.
fn follow(folder: &DataFolder, ring: &Ring) -> Result<Option<PublicKey>, Error> {
    if !folder.holds(STANDBY_KEY) || !folder.holds(SIGNING_KEY) {
        return Ok(None);
    }
    let held = read_signing_key(folder, SIGNING_KEY)?.public_key();
    let standby = read_signing_key(folder, STANDBY_KEY)?.public_key();
    if held == standby || ring.active != Some(standby.kid().to_string()) {
        return Ok(None);
    }
    keep(folder, held)?;
    promote(folder, standby)?;
    Ok(Some(held))
}

fn succeed(
    store: &Store,
    folder: &DataFolder,
    old: &SigningKey,
    ring: &Ring,
    occasion: Occasion,
    now: Timestamp,
) -> Result<(), Error> {
    let old = old.public_key();
    let new = unused(folder, ring, old)?.public_key();
    if let Some(registered) = ring.standby.filter(|registered| *registered != new) {
        return Err(is_other(folder, registered.kid().to_string(), new));
    }
    keep(folder, old)?;
    let mut added = vec![ring::retirement(old)];
    if occasion == Occasion::Compromise {
        // Whoever has read one key of this folder may have read the earlier ones beside it.
        added.extend(ring.retired.iter().copied().chain([old]).map(ring::distrust));
    }
    let succession = Succession {
        name: SIGNING.to_owned(),
        from: old.kid().to_string(),
        to: new.kid().to_string(),
        added,
        removed: STANDBY.to_owned(),
    };
    match store.succeed(succession, now).wait()? {
        Registration::New | Registration::Same => promote(folder, new),
        Registration::Other(registered) => {
            Err(Error::RetiredKey { file: folder.path(SIGNING_KEY), registered, held: old.kid().to_string() })
        }
    }
}

/// The standby key, which must not be one that signs or has signed.
fn unused(folder: &DataFolder, ring: &Ring, active: PublicKey) -> Result<SigningKey, Error> {
    if !folder.holds(STANDBY_KEY) {
        return Err(Error::NoStandbyKey(folder.path(STANDBY_KEY)));
    }
    let standby = read_signing_key(folder, STANDBY_KEY)?;
    if standby.public_key() == active || ring.has_retired(standby.kid()) {
        return Err(Error::UsedKey { file: folder.path(STANDBY_KEY), kid: standby.kid().to_string() });
    }
    Ok(standby)
}

/// A second copy of the key that signs, under the name that it has afterwards.
fn keep(folder: &DataFolder, key: PublicKey) -> Result<(), Error> {
    let Some(bytes) = folder.read_secret(SIGNING_KEY)? else {
        return Err(Error::NoKeys(folder.path(SIGNING_KEY)));
    };
    folder.replace(&retired_file(key), &bytes)
}

/// Gives the standby key the name of the one that signs. A program that opened the installation meanwhile may have done
/// it.
fn promote(folder: &DataFolder, key: PublicKey) -> Result<(), Error> {
    match folder.rename(STANDBY_KEY, SIGNING_KEY) {
        Err(error) if read_signing_key(folder, SIGNING_KEY)?.public_key() != key => Err(error),
        Err(_) | Ok(()) => Ok(()),
    }
}

fn is_other(folder: &DataFolder, registered: String, held: PublicKey) -> Error {
    let (file, held) = (folder.path(STANDBY_KEY), held.kid().to_string());
    Error::OtherKey { what: "standby key", file, registered, held }
}

/// A server has the old key in its memory. SQLite's lock tells whether one runs.
fn open_alone(settings: &Settings) -> Result<Store, Error> {
    match Store::open(&settings.database_url(), access(&settings.database_url())) {
        Err(mintmark_storage::Error::InUse(path)) => Err(Error::ServerRuns(path)),
        opened => Ok(opened?),
    }
}

fn access(url: &DatabaseUrl) -> Access {
    match url {
        DatabaseUrl::Sqlite(_) => Access::Server,
        DatabaseUrl::Postgres(_) => Access::Tool,
    }
}
