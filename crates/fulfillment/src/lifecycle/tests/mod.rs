//! The life of an order, tried out.

mod facts;
mod histories;
mod model;
mod properties;
mod stories;
