//! Everything that one run has found.

use crate::growth::Growth;
use crate::library::Library;
use crate::machine::Machine;
use crate::replay::Replay;
use crate::rounds::Rows;
use crate::targets::{self, Target};

/// What was not measured is empty.
#[derive(Debug, Default)]
pub(crate) struct Results {
    pub(crate) machine: Machine,
    pub(crate) rows: Rows,
    pub(crate) library: Option<Library>,
    pub(crate) replays: Vec<Replay>,
    pub(crate) growth: Vec<Growth>,
}

impl Results {
    pub(crate) fn targets(&self) -> Vec<Target> {
        let mut targets = targets::of_servers(&self.rows);
        targets.extend(targets::of_replay(&self.rows, &self.replays));
        targets.extend(targets::of_growth(&self.growth));
        targets.extend(targets::of_library(self.library));
        targets
    }
}
