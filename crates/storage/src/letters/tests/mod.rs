//! What only callers inside this crate can ask for.

mod claims;
mod desk;
mod enclosed;
mod further;
mod reported;
mod withheld;
