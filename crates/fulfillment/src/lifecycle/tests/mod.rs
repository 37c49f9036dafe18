//! The life of an order, tried out.

mod facts;
mod stories;
