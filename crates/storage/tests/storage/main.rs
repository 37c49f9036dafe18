//! The promises of the store, on both databases.

mod batches;
mod chain;
mod claims;
mod conclusions;
mod deliveries;
mod examples;
mod identity;
mod issuing;
mod letters;
mod licenses;
mod opening;
mod postman;
mod readings;
mod revocation_lists;
mod rows;
