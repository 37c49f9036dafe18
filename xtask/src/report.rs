//! What was tried, how long it took and how it ended.

use std::process::ExitCode;
use std::time::{Duration, Instant};

/// The steps of one run; a failed step does not stop the next.
#[derive(Debug, Default)]
pub(crate) struct Report {
    steps: Vec<Step>,
}

impl Report {
    /// Runs one step and remembers how it ended; what it made is handed on.
    pub(crate) fn step<T>(
        &mut self,
        name: &'static str,
        act: impl FnOnce() -> anyhow::Result<T>,
    ) -> Option<T> {
        println!("\n==> {name}");
        let start = Instant::now();
        let result = act();
        let took = start.elapsed();
        if let Err(error) = &result {
            println!("    {error:#}");
        }
        let ending = if result.is_ok() { Ending::Passed } else { Ending::Failed };
        self.end(Step { name, ending, took });
        result.ok()
    }

    /// Remembers, aloud, a step that could not be tried here.
    pub(crate) fn skip(&mut self, name: &'static str, reason: &str) {
        println!("\n==> {name}\n    {reason}");
        self.end(Step { name, ending: Ending::Skipped, took: Duration::ZERO });
    }

    /// Lists every step; the last line of all has the two numbers.
    pub(crate) fn conclude(self) -> ExitCode {
        println!("\n==> summary");
        for step in &self.steps {
            println!("    {}", step.line());
        }
        println!("{}", self.last_line());
        if self.count(Ending::Failed) == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    fn end(&mut self, step: Step) {
        println!("    {}", step.line());
        self.steps.push(step);
    }

    fn count(&self, ending: Ending) -> usize {
        self.steps.iter().filter(|step| step.ending == ending).count()
    }

    fn last_line(&self) -> String {
        format!("{} passed, {} failed", self.count(Ending::Passed), self.count(Ending::Failed))
    }
}

#[derive(Debug)]
struct Step {
    name: &'static str,
    ending: Ending,
    took: Duration,
}

impl Step {
    fn line(&self) -> String {
        let word = match self.ending {
            Ending::Passed => "ok",
            Ending::Failed => "FAILED",
            Ending::Skipped => "SKIPPED",
        };
        format!("{word:<8}{:<24}{:>7.1} s", self.name, self.took.as_secs_f64())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    Passed,
    Failed,
    Skipped,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_counts_passed_and_failed_steps_and_no_skipped_ones() {
        let mut report = Report::default();
        report.step("one", || Ok(()));
        report.step("two", broken);
        report.skip("three", "not here");
        assert_eq!(report.last_line(), "1 passed, 1 failed");
    }

    #[test]
    fn a_failed_step_hands_nothing_on_and_ends_the_run_with_a_failure() {
        let mut report = Report::default();
        assert_eq!(report.step("good", || Ok(7)), Some(7));
        assert_eq!(report.step("bad", broken), None);
        assert_eq!(format!("{:?}", report.conclude()), format!("{:?}", ExitCode::FAILURE));
    }

    #[test]
    fn a_run_without_a_failed_step_succeeds() {
        let mut report = Report::default();
        report.step("good", || Ok(()));
        report.skip("other", "not here");
        assert_eq!(format!("{:?}", report.conclude()), format!("{:?}", ExitCode::SUCCESS));
    }

    fn broken() -> anyhow::Result<u8> {
        anyhow::bail!("broken")
    }
}
