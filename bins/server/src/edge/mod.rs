//! The HTTP edge: what every request meets before and after a handler, with no knowledge of licenses.
//!
//! **Architecture Invariant:** nothing here names `mintmark_fulfillment`.

pub(crate) mod answers;
pub(crate) mod body;
pub(crate) mod connections;
pub(crate) mod limits;
pub(crate) mod not_found;
pub(crate) mod panic;
pub(crate) mod rate;
pub(crate) mod remote;
pub(crate) mod room;
pub(crate) mod stopping;
pub(crate) mod tally;
pub(crate) mod trace;
pub(crate) mod unread;

mod closing;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
