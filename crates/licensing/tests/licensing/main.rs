//! The crate as its users see it: every test goes through the public API.

mod support;

mod api;
mod golden;
mod intake;
mod keys;
mod license_key;
mod marks;
mod minting;
mod mutated;
mod mutations;
mod offline_app;
mod payload_rules;
mod ports;
mod properties;
mod revocation_rules;
mod revoking;
mod round_trip;
mod standing;
mod transport;
mod tree;
mod vectors;
