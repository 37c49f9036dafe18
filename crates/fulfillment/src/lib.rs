//! From a delivery on record to a licensed, mailed buyer.
//!
//! **Architecture Invariant:** what a server does with a delivery and what a replay does with it is one function,
//! [`Fulfillment::fulfill`]; there is nothing else to call.
//!
#![doc = include_str!("../README.md")]

mod accept;
mod alerts;
mod audit;
mod backup;
mod catalog;
mod connect;
mod correct;
mod decide;
pub mod doctor;
mod erase;
mod error;
mod fulfill;
mod import;
mod inspect;
mod installation;
mod letters;
mod lifecycle;
mod mailing;
mod meter;
mod mint;
mod open;
mod operate;
mod operator;
mod outbox;
mod printable;
mod problems;
mod products;
mod readback;
mod reconcile;
mod records;
mod refresh;
mod reissue;
mod resend;
mod revocation;
mod secrets;
pub mod settings;
mod story;
mod sweep;
mod takeover;
pub mod views;

pub use accept::{Admitted, Arrival, ArrivedBody};
pub use alerts::{Lookout, Tried};
pub use audit::AuditLog;
pub use backup::{Contents, Database, Manifest, Restored, back_up, check_backup, restore};
pub use catalog::{Catalog, ComparedProduct, ProductState, write_example};
pub use connect::{Connection, EventState, Intent, Told, connect, masked};
pub use decide::Decided;
pub use erase::{Erasable, Erased};
pub use error::Error;
pub use fulfill::{Fulfilled, Prunable, Spare};
pub use import::{Customs, Fate, Parcel};
pub use inspect::{check, installed_files, webhook_secrets};
pub use installation::{
    Farewell, Finding, Occasion, PublicKeys, Rotated, SecretRotation, Standby, Verdict, check_keys,
    finish_secret, make_keys, make_standby_key, rotate, rotate_secret,
};
pub use letters::{Preview, unmailable};
pub use mailing::Mailing;
pub use open::{Fulfillment, Role, initialize};
pub use operate::{Replay, Replayed};
pub use operator::Operator;
pub use outbox::{Clock, Outbox};
pub use printable::printable;
pub use problems::{Problem, Problems};
pub use products::{ProductReport, check_products};
pub use readback::{VERIFICATION_PENDING, Verifier};
pub use reconcile::{Memberships, Open, Reconciler, Report, Unread};
pub use records::Records;
pub use refresh::{FreshBlob, Refreshed};
pub use reissue::{Letters, Reissue, Reissued};
pub use resend::Resent;
pub use revocation::Publisher;
pub use settings::Settings;
pub use sweep::Sweeper;
pub use takeover::{Fitness, Takeover};

// What the binaries need of the crates below, so that each imports this one alone.
pub use mintmark_adapters::manual::{Decision, Existing, Mail, Mint, Ruling};
pub use mintmark_adapters::{NotAuthentic, Proof, Request, WebhookSecret};
pub use mintmark_licensing::{Mode, PublicKey};
pub use mintmark_mail::{Address, Provider};
pub use mintmark_storage::{
    Alert, AuditFilter, AuditRow, Backlog, ChainEnd, Delivery, Error as StorageError, Flaw, Handled,
    Inspection, Letter, LetterFilter, LetterRow, LetterState, License, LicenseFilter, LicenseStatus,
    Obstacle, Origin, Outcome, Pending, RevocationList, RowState, Waiting, crash_point,
};
