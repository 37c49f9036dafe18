//! The progress bar of a long run.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal as _;

/// Fewer rows are done before a bar is read.
const LONG: usize = 10;

/// How far a run is, shown on standard error while a person is looking.
#[derive(Debug)]
pub struct Progress(ProgressBar);

impl Progress {
    /// Of so many rows.
    pub fn over(rows: usize) -> Self {
        let is_shown = rows > LONG && std::io::stderr().is_terminal();
        let target = if is_shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let length = u64::try_from(rows).unwrap_or(u64::MAX);
        let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} rows, {eta} left")
            .expect("a valid template");
        Self(ProgressBar::with_draw_target(Some(length), target).with_style(style))
    }

    /// Of rows that nobody has counted yet.
    pub fn of_a_walk() -> Self {
        let is_shown = std::io::stderr().is_terminal();
        let target = if is_shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} rows, {per_sec}, {eta} left")
            .expect("a valid template");
        Self(ProgressBar::with_draw_target(None, target).with_style(style))
    }

    /// So many rows are done, of as many as there are known to be.
    pub fn reach(&self, rows: u64, known: u64) {
        self.0.set_length(known.max(rows));
        self.0.set_position(rows);
    }

    /// Prints something without tearing the bar.
    pub fn aside<T>(&self, print: impl FnOnce() -> T) -> T {
        self.0.suspend(print)
    }

    /// One row further.
    pub fn step(&self) {
        self.0.inc(1);
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.0.finish_and_clear();
    }
}
