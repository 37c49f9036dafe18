//! The command line.

use crate::rounds::Length;
use crate::servers::Part;
use clap::Parser;
use std::path::PathBuf;
use std::time::Duration;

/// What to measure, for how long, and where to write the results.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask bench", args_conflicts_with_subcommands = true)]
#[command(about = "Measure our server beside the limits of this machine and beside a peer")]
pub(crate) struct Arguments {
    /// Write the results into this file too, as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// How long each measurement takes, besides a fifth of that before it
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// How often each is measured; the medians count
    #[arg(long, default_value_t = 3)]
    rounds: u32,
    /// How many stores send at once
    #[arg(long, value_delimiter = ',', default_values_t = [1, 16, 64, 256])]
    pub(crate) connections: Vec<usize>,
    /// How many rows are replayed
    #[arg(long, value_name = "ROWS", default_value_t = 10_000)]
    pub(crate) replay_rows: u64,
    /// On databases of which sizes the cost of a grown log is measured
    #[arg(long, value_delimiter = ',', value_name = "ROWS", default_values_t = [0, 1_000_000])]
    pub(crate) growth: Vec<u64>,
    /// Draw the rates into this file, as SVG
    #[arg(long, value_name = "FILE")]
    pub(crate) plot: Option<PathBuf>,
    /// Measure only what is named so, or begins so
    #[arg(long, num_args = 1.., value_name = "NAME")]
    only: Vec<String>,
    /// To be a server of the measurement
    #[command(subcommand)]
    pub(crate) part: Option<Part>,
}

impl Arguments {
    pub(crate) fn length(&self) -> Length {
        Length { rounds: self.rounds.max(1), duration: Duration::from_secs_f64(self.seconds.max(0.1)) }
    }

    /// Without `--only`, everything is.
    pub(crate) fn is_wanted(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| name.starts_with(only.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(words: &[&str]) -> Arguments {
        Arguments::try_parse_from([&["bench"], words].concat()).unwrap()
    }

    #[test]
    fn everything_is_wanted_unless_something_is_named() {
        assert!(arguments(&[]).is_wanted("peer-sqlite-1-worker"));
        let some = arguments(&["--only", "mintmark", "limit-sqlite"]);
        assert!(some.is_wanted("mintmark-postgres") && some.is_wanted("limit-sqlite"));
        assert!(!some.is_wanted("limit-postgres"));
    }

    #[test]
    fn connections_are_a_list() {
        assert_eq!(arguments(&["--connections", "1,64"]).connections, [1, 64]);
    }
}
