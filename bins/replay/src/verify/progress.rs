//! The progress bar of a long walk.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal as _;

/// How far the walk is, shown on standard error while a person is looking.
#[derive(Debug)]
pub(super) struct Progress(ProgressBar);

impl Progress {
    pub(super) fn new() -> Self {
        let is_shown = std::io::stderr().is_terminal();
        let target = if is_shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} rows, {per_sec}, {eta} left")
            .expect("a valid template");
        Self(ProgressBar::with_draw_target(None, target).with_style(style))
    }

    pub(super) fn show(&self, rows: u64, recorded: u64) {
        self.0.set_length(recorded.max(rows));
        self.0.set_position(rows);
    }

    pub(super) fn finish(&self) {
        self.0.finish_and_clear();
    }
}
