//! How far a long run is: a bar on a terminal, and lines from time to time elsewhere.

use crate::remark::say;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use std::fmt::Write;
use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

/// Fewer rows are done before a bar is read.
const LONG: u64 = 10;
/// How often a line is written where there is no terminal.
const EVERY: Duration = Duration::from_secs(10);

/// How far a run is, on standard error.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    begun: Instant,
    told: Instant,
    /// Whether lines stand in for the bar.
    lines: Lines,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lines {
    Written,
    Needless,
}

impl Progress {
    /// Of so many rows.
    pub fn over(rows: usize) -> Self {
        Self::of(Some(u64::try_from(rows).unwrap_or(u64::MAX)))
    }

    /// Of rows that are counted on the way.
    pub fn of_a_walk() -> Self {
        Self::of(None)
    }

    fn of(rows: Option<u64>) -> Self {
        let is_terminal = std::io::stderr().is_terminal();
        let target = if is_terminal && rows.is_none_or(|rows| rows > LONG) {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let rate = |state: &ProgressState, text: &mut dyn Write| {
            // A bar that cannot be drawn is no reason to stop.
            let _ = write!(text, "{:.0}", state.per_sec());
        };
        let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} rows, {rate}/s, {eta} left")
            .expect("a valid template")
            .with_key("rate", rate);
        let bar = ProgressBar::with_draw_target(rows, target).with_style(style);
        let lines = if is_terminal { Lines::Needless } else { Lines::Written };
        Self { bar, begun: Instant::now(), told: Instant::now(), lines }
    }

    /// Prints something without tearing the bar.
    pub fn aside<T>(&self, print: impl FnOnce() -> T) -> T {
        self.bar.suspend(print)
    }

    /// So many rows further.
    pub fn step(&mut self, rows: usize) {
        self.bar.inc(u64::try_from(rows).unwrap_or_default());
        self.tell();
    }

    /// So many rows are done, of as many as are known of.
    pub fn reach(&mut self, rows: u64, known: u64) {
        self.bar.set_length(known.max(rows));
        self.bar.set_position(rows);
        self.tell();
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }

    fn tell(&mut self) {
        if self.lines == Lines::Written && self.told.elapsed() >= EVERY {
            self.told = Instant::now();
            say(&line(self.bar.position(), self.bar.length().unwrap_or_default(), self.begun.elapsed()));
        }
    }
}

fn line(done: u64, all: u64, took: Duration) -> String {
    let milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX).max(1);
    let rate = done.saturating_mul(1000) / milliseconds;
    let left = all.saturating_sub(done) / rate.max(1);
    format!("{done} of {all} rows, {rate}/s, {left} s left")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_fast_it_goes_and_how_long_it_takes() {
        let told = line(30_000, 100_000, Duration::from_secs(10));
        assert_eq!(told, "30000 of 100000 rows, 3000/s, 23 s left");
        assert_eq!(line(0, 5, Duration::ZERO), "0 of 5 rows, 0/s, 5 s left");
    }
}
