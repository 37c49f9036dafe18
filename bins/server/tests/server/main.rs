//! The real server from outside: its answers, its rows, its letters, on both databases.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod answers;
mod client;
mod failing;
mod hostile;
mod installation;
mod letters;
mod life;
mod locked;
mod metrics;
mod monitoring;
mod postmark;
mod readback;
mod refreshing;
mod relay;
mod reports;
mod restart;
mod revocations;
mod secrets;
mod slow;
mod stop;
mod story;
mod twins;
mod usage;
