//! The real program in a folder of its own.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod alerts;
mod backups;
mod blobs;
mod configuration;
mod decisions;
mod doctor;
mod erasing;
mod folder;
mod help;
mod importing;
mod keys;
mod licenses;
mod mail;
mod minting;
mod products;
mod pruning;
mod revocations;
mod secrets;
mod setting_up;
mod sources;
mod web;
