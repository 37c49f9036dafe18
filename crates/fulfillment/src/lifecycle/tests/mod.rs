//! The life of an order, tried out.

pub(crate) mod facts;
mod histories;
mod model;
mod properties;
mod pruned;
mod stories;
