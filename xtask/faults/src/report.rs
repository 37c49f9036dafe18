//! The table of a run: what was tried, how it ended, what it measured.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::context::{Bench, Context};
use crate::database::Kind;
use crate::scenarios::Scenario;

/// The lines of the table so far.
#[derive(Debug, Default)]
pub(crate) struct Report {
    lines: Vec<Line>,
}

#[derive(Debug)]
struct Line {
    scenario: String,
    kind: Kind,
    ending: Ending,
    took: Duration,
    figures: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    Held,
    Failed,
    Skipped,
}

impl Report {
    /// Runs a scenario on each of its databases; a failed one does not stop the next.
    pub(crate) fn run(&mut self, scenario: &Scenario, bench: &Bench) {
        for &kind in scenario.databases.kinds() {
            let line = run(scenario, bench, kind);
            println!("{line}");
            self.lines.push(line);
        }
    }

    /// Prints the whole table, and the two numbers that matter.
    pub(crate) fn conclude(self) -> ExitCode {
        println!("\n==> faults");
        self.lines.iter().for_each(|line| println!("{line}"));
        let count = |ending| self.lines.iter().filter(|line| line.ending == ending).count();
        println!("{} held, {} failed", count(Ending::Held), count(Ending::Failed));
        if count(Ending::Failed) == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

fn run(scenario: &Scenario, bench: &Bench, kind: Kind) -> Line {
    let line = |ending, took, figures| Line { scenario: scenario.to_string(), kind, ending, took, figures };
    if kind == Kind::Postgres && bench.postgres.is_none() {
        return line(Ending::Skipped, Duration::ZERO, "no PostgreSQL is installed".to_owned());
    }
    let context = Context::new(bench, kind);
    let start = Instant::now();
    match (scenario.run)(&context) {
        Ok(()) => line(Ending::Held, start.elapsed(), context.figures()),
        Err(error) => line(Ending::Failed, start.elapsed(), format!("{}\n{error:#}\n", context.figures())),
    }
}

impl std::fmt::Display for Line {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let word = match self.ending {
            Ending::Held => "held",
            Ending::Failed => "FAILED",
            Ending::Skipped => "SKIPPED",
        };
        let Self { scenario, kind, took, figures, .. } = self;
        let kind = format!("{kind:?}");
        write!(formatter, "{word:<8}{scenario:<24} {kind:<9}{:>7.1} s  {figures}", took.as_secs_f64())
    }
}
