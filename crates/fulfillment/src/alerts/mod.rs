//! Told before the buyer tells: what needs a person is told once, again if it grows or lasts, and once when it is over.
//!
//! 1. Every minute one of the servers looks what is the matter (`conditions.rs`), and writes it down.
//! 2. Each way of telling (`channel.rs`: the log, mail, a webhook) is told what it was not told yet (`due.rs`), all of
//!    it at once, and no more often than `alerts.every`.
//! 3. What it took is written down. What it did not take is told with its next digest.
//!
//! So a restart or another server repeats nothing, and where mail is what is broken the others still tell.

mod channel;
mod conditions;
mod due;
mod lookout;
mod operate;

pub use lookout::Lookout;
pub use operate::Tried;

pub(crate) use conditions::{RECONCILE_GAP, RECONCILE_KINDS, STORE_UNREACHABLE, condition};
