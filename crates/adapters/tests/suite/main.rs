//! What the sources promise, seen from outside.
#![expect(clippy::unwrap_used, reason = "a test that cannot be prepared has failed")]

mod any_bytes;
mod books;
mod collisions;
mod common;
mod corpus;
mod decisions;
mod decoding;
mod door;
mod events;
mod facts;
mod manual;
mod mutated;
mod orders;
mod postmark;
mod properties;
mod records;
