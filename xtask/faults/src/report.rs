//! The table of a run: what was tried, how it ended, what it measured.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::anyhow;

use crate::context::{Bench, Context, Skip};
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
    /// Runs a scenario on each of its databases, side by side; a failed one does not stop the next.
    pub(crate) fn run(&mut self, scenario: &Scenario, bench: &Bench) {
        thread::scope(|scope| {
            let kinds = scenario.databases.kinds().iter();
            let runs: Vec<_> = kinds.map(|kind| scope.spawn(move || run(scenario, bench, *kind))).collect();
            self.lines.extend(runs.into_iter().map(|run| run.join().expect("a run catches its panics")));
        });
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
    fastrand::seed(bench.seed);
    let start = Instant::now();
    let result = catch_unwind(AssertUnwindSafe(|| (scenario.run)(&context)));
    let took = start.elapsed();
    let line = match result.unwrap_or_else(|_| Err(anyhow!("it panicked"))) {
        Ok(()) => line(Ending::Held, took, context.figures()),
        Err(error) => match error.downcast_ref::<Skip>() {
            Some(reason) => line(Ending::Skipped, took, reason.to_string()),
            None => line(Ending::Failed, took, format!("{}\n{error:#}\n", context.figures())),
        },
    };
    println!("{line}");
    line
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
