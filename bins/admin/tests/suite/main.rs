//! The real program in a folder of its own.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod blobs;
mod configuration;
mod erasing;
mod folder;
mod help;
mod keys;
mod licenses;
mod mail;
mod minting;
mod pruning;
mod revocations;
mod setting_up;
mod sources;
