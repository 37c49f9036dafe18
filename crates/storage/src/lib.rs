//! What Mintmark remembers: deliveries, licenses and letters, in SQLite or PostgreSQL.
//!
//! **Architecture Invariant:** this is the only crate that names diesel, and no diesel type is in a public
//! signature.
//!
//! Reading is synchronous. Writing commits whatever is queued in one transaction, and returns a [`Pending`]: a plain
//! future that a server awaits and a command line waits for. SQLite has one writing thread; PostgreSQL has a lane for
//! each kind of write that comes with every delivery, whose batches are single statements.
//!
//! 1. [`Store::open`] refuses what is missing, newer, somebody else's, not durable, or in another server's hands.
//! 2. [`Store::record`] puts a [`Delivery`] on record; nothing else makes one, and nothing changes it.
//! 3. [`Store::issue`] writes license, letter and conclusion in one transaction, once for each order;
//!    [`Store::conclude`] writes down what led to no license.
//! 4. [`Store::claim_letters`] hands letters to one worker, and [`Store::finish_letters`] listens to that one alone.
//! 5. [`Store::audit_rows`] tells all of it, newest first.
//!
//! `Ok` means on disk. After any error ask again: what was written is found, and what was not is written then.
//!
//! **Architecture Invariant:** what writes many rows at a time writes them in the order of their keys. Servers and
//! command lines beside each other therefore take turns and do not wait for each other in a circle.
//!
//! **Architecture Invariant:** after an I/O error nothing more is written ([`Store::on_failure`]): only a new process
//! knows what is on the disk. A full disk and a database that is locked or away pass by themselves.

mod alerts;
mod backlog;
mod chain;
mod conclusions;
mod condition;
mod connection;
mod copy;
mod crash_point;
mod deliveries;
mod error;
mod identity;
mod lead;
mod ledger;
mod letters;
mod licenses;
mod lock;
mod migrations;
mod pending;
mod readings;
mod recall;
mod revocation_lists;
mod rows;
mod schema;
mod store;
#[cfg(feature = "testing")]
pub mod testing;
mod time;
mod url;
mod words;
mod writer;

pub use alerts::{Alert, Concern, LetterTrouble, ReasonCount, Telling};
pub use backlog::{Backlog, Waiting};
pub use chain::{ChainEnd, Digest, Flaw, Inspection, Notary, Part, Salt};
pub use conclusions::{Attempt, Conclusion, DISMISSED, Subject};
pub use condition::{Condition, Kind, is_served};
pub use copy::{Census, Copied, is_vacant, read_copy, restore_copy};
pub use crash_point::crash_point;
pub use deliveries::{Delivery, NewDelivery, Sales, Unfinished};
pub use error::Error;
pub use identity::{Registration, Succession};
pub use lead::{Duty, Lead};
pub use ledger::{Change, Held, Ledger, Mint, OnRecord, OrderName, Person, Revision, Told};
pub use letters::{
    Claim, ClaimedLetter, Doubt, Enclosed, Finish, Handled, Letter, LetterFilter, LetterReport, LetterResult,
    LetterRow, NewLetter, Obstacle, Reported, Share,
};
pub use licenses::{Issue, Issued, License, LicenseEvent, LicenseFilter, LicenseState, NewLicense};
pub use pending::Pending;
pub use recall::Recalled;
pub use revocation_lists::{Published, Revocation, RevocationList, RevocationMark};
pub use rows::{AuditFilter, AuditRow, RowState};
pub use store::{Access, Store};
pub use url::{DatabaseUrl, UrlError};
pub use words::{Fate, LetterKind, LetterState, LicenseStatus, Origin, Outcome};

/// What every function of this crate returns.
pub type Result<T> = std::result::Result<T, Error>;
