//! The revocation list: made when licenses have changed, published by every server.

mod list;
mod publisher;
mod watch;

pub use publisher::Publisher;

use crate::installation::{DataFolder, Ring};
use crate::{Error, Fulfillment, Records};
use jiff::Timestamp;
use list::{Void, is_fresh, is_of, sign};
use mintmark_licensing::Keyring;
use mintmark_storage::{Published, RevocationList};
use std::sync::{Arc, PoisonError, RwLock};
use watch::Watch;

/// The list's file in the data folder, for whoever wants to publish it elsewhere.
const FILE: &str = crate::installation::REVOCATIONS;
/// More do not fit into what an app reads, at a few bytes more than the shortest entry.
const MOST: i64 = 150_000;

/// The list that this server publishes, once there is one. It is kept in memory, so that a download asks no database.
#[derive(Debug, Default)]
pub(crate) struct Shelf(RwLock<Option<Arc<RevocationList>>>);

impl Shelf {
    fn get(&self) -> Option<Arc<RevocationList>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn put(&self, list: RevocationList) -> Arc<RevocationList> {
        let list = Arc::new(list);
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&list));
        list
    }
}

impl Records {
    /// The newest revocation list; `None` before the first start of a server.
    ///
    /// # Errors
    /// The database fails.
    pub fn revocation_list(&self) -> Result<Option<RevocationList>, Error> {
        Ok(self.store.newest_revocation_list()?)
    }
}

impl Fulfillment {
    /// The revocation list as this server publishes it.
    pub fn revocation_list(&self) -> Option<Arc<RevocationList>> {
        self.shelf.get()
    }

    /// Makes a new list if the newest one is no longer true, or half its term is over.
    ///
    /// # Errors
    /// The database fails.
    pub fn publish_revocations(&self, now: Timestamp) -> Result<(), Error> {
        self.look(&mut Watch::new(self.serial_on_disk()), now)
    }

    /// One look at the database: cheap, unless something has changed.
    fn look(&self, watch: &mut Watch, now: Timestamp) -> Result<(), Error> {
        // What changes after this is seen at the next look. And of what is read below nothing is older than the newest
        // list, so no list forgets what the one before it knew.
        let mark = self.records.store.revocation_mark()?;
        let mut newest = match self.shelf.get() {
            Some(list) if mark.newest_list == Some(list.serial) => Some(list),
            Some(_) | None => self.take_up()?,
        };
        if watch.is_due(&mark, now) {
            if self.renew(newest.as_deref(), watch, now)? {
                watch.has_seen(mark, now);
            }
            newest = self.shelf.get();
        }
        if let Some(list) = newest {
            self.write_down(&list, watch, now);
        }
        Ok(())
    }

    /// Puts the newest list onto the shelf, whoever made it.
    fn take_up(&self) -> Result<Option<Arc<RevocationList>>, Error> {
        Ok(self.records.store.newest_revocation_list()?.map(|list| self.shelf.put(list)))
    }

    /// Answers whether the shelf has a true list now; `false` if another server was first, and has to be looked at.
    fn renew(&self, newest: Option<&RevocationList>, watch: &Watch, now: Timestamp) -> Result<bool, Error> {
        let keys = Ring::read(&self.records.store)?.distrusted_ids();
        let void = Void { licenses: self.records.store.revocations(MOST)?, keys };
        let highest = newest.map(|list| list.serial).max(watch.serial_on_disk);
        if let Some(list) = newest.filter(|list| Some(list.serial) == highest)
            && is_fresh(list, now)
            && is_of(list, &self.minter.keys.revocation, &void)?
        {
            return Ok(true);
        }
        let list = sign(&self.minter.keys.revocation, highest.unwrap_or(0).saturating_add(1), now, &void)?;
        if self.records.store.publish_revocation_list(list.clone()).wait()? == Published::Outrun {
            return Ok(false);
        }
        tracing::info!(serial = list.serial, licenses = list.licenses, "a new revocation list is published");
        if list.licenses >= MOST {
            tracing::error!(
                licenses = MOST,
                "the revocation list is full: older licenses are left out of it"
            );
        }
        self.shelf.put(list);
        Ok(true)
    }

    fn write_down(&self, list: &RevocationList, watch: &mut Watch, now: Timestamp) {
        if !watch.is_to_be_written(list.serial, now) {
            return;
        }
        match self.data_folder().replace(FILE, list.text.as_bytes()) {
            Ok(()) => watch.has_written(list.serial),
            Err(error) => {
                tracing::warn!(%error, "the revocation list could not be written into the data folder");
                watch.has_not_written(now);
            }
        }
    }

    /// The serial of the list in the data folder, if it is ours. It may be higher than the database's, which may be a
    /// backup's: an app refuses a serial that is smaller than one it has seen.
    fn serial_on_disk(&self) -> Option<i64> {
        let bytes = self.data_folder().read(FILE).ok()??;
        let ring = Keyring::new([self.public_key()]).ok()?;
        let ring = ring.with_revocation_keys([self.revocation_public_key()]).ok()?;
        let list = ring.verify_revocation_list(std::str::from_utf8(&bytes).ok()?).ok()?;
        i64::try_from(list.serial()).ok()
    }

    fn data_folder(&self) -> DataFolder {
        DataFolder::at(&self.settings.data_dir)
    }
}
