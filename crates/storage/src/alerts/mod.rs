//! What the operator is to be told of, what was told, and by which way.

mod look;
mod tell;

pub use look::{LetterTrouble, ReasonCount};
pub use tell::{Alert, Concern, Telling};
