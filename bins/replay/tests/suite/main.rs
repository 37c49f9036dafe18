//! The real program on a real installation.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod installation;
mod interrupting;
mod listing;
mod moving;
mod reconciling;
mod running;
mod settling;
mod showing;
mod usage;
mod verifying;
