//! What the command lines share: how they print, ask, count and end.
//!
//! Nothing here knows a command; what a command prints and asks is its own business.

pub mod confirm;
mod failure;
pub mod interrupt;
mod logs;
pub mod moment;
pub mod paper;
pub mod progress;
mod remark;
pub mod report;
pub mod sheet;
pub mod table;

pub use failure::{Ending, Fault, end_with};
pub use logs::print_warnings;
pub use remark::say;
