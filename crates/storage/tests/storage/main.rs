//! The promises of the store, on both databases.

mod batches;
mod conclusions;
mod deliveries;
mod examples;
mod identity;
mod issuing;
mod letters;
mod licenses;
mod opening;
mod readings;
mod revocation_lists;
mod rows;
