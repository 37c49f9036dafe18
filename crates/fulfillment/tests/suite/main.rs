//! What an installation promises, on both databases.
#![expect(clippy::unwrap_used, reason = "a test that cannot be prepared has failed")]

mod alerts;
mod catalog;
mod corpus;
mod corrections;
mod decisions;
mod door;
mod doubts;
mod erasing;
mod fallback;
mod flood;
mod golden;
mod imports;
mod interrupted;
mod keys;
mod letters;
mod life;
mod linked;
mod membership;
mod notices;
mod orders;
mod pruning;
mod readback;
mod reconcile;
mod refreshing;
mod refunds;
mod reports;
mod revoking;
mod rotation;
mod sale;
mod sending;
mod settings;
mod subscriptions;
mod support;
