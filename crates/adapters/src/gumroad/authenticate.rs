//! Gumroad signs nothing: a secret in the address is the proof.

pub(super) use crate::shared_secret::Door;
