//! Backups: a whole installation in one folder, proved when it is made, and put back whole or not at all.
//!
//! `manifest.json` is written last. A folder without one is a backup that was broken off.

mod check;
mod files;
mod make;
mod manifest;
mod record;
mod restore;

pub use check::check_backup;
pub use make::{Contents, back_up};
pub use manifest::{Database, Manifest};
pub(crate) use record::LastBackup;
pub use restore::{Restored, restore};
