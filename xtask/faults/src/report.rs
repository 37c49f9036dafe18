//! The table of a run: what was tried, how it ended, what it measured.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::anyhow;

use crate::context::{Bench, Context, Skip};
use crate::database::Kind;
use crate::scenarios::Scenario;

/// The lines of the table.
#[derive(Debug)]
pub(crate) struct Report {
    lines: Vec<Line>,
}

#[derive(Debug)]
struct Line {
    scenario: String,
    /// Where it stands in the list of all.
    place: usize,
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
    /// Runs each scenario on each of its databases, so many at a time; a failed one does not stop the others. Those
    /// that measure time or memory run alone, afterwards.
    pub(crate) fn of(scenarios: &[&'static Scenario], bench: &Bench, at_a_time: usize) -> Self {
        let runs = scenarios.iter().flat_map(|scenario| {
            scenario.databases.kinds().iter().map(move |kind| Run { scenario, kind: *kind })
        });
        let (alone, beside): (Vec<Run>, Vec<Run>) = runs.partition(|run| run.scenario.measures());
        let mut lines = several(beside, bench, at_a_time.max(1));
        lines.extend(several(alone, bench, 1));
        lines.sort_by_key(|line| (line.place, line.kind == Kind::Postgres));
        Self { lines }
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

#[derive(Clone, Copy, Debug)]
struct Run {
    scenario: &'static Scenario,
    kind: Kind,
}

fn several(runs: Vec<Run>, bench: &Bench, at_a_time: usize) -> Vec<Line> {
    let waiting = Mutex::new(VecDeque::from(runs));
    let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    let work = || std::iter::from_fn(next).map(|run| run.on(bench)).collect::<Vec<Line>>();
    thread::scope(|scope| {
        let workers: Vec<_> = (0..at_a_time).map(|_| scope.spawn(work)).collect();
        let lines = workers.into_iter().flat_map(|worker| worker.join().expect("a run catches its panics"));
        lines.collect()
    })
}

impl Run {
    fn on(self, bench: &Bench) -> Line {
        let line = |ending, took, figures| Line {
            scenario: self.scenario.to_string(),
            place: self.scenario.place(),
            kind: self.kind,
            ending,
            took,
            figures,
        };
        if self.kind == Kind::Postgres && bench.postgres.is_none() {
            return line(Ending::Skipped, Duration::ZERO, "no PostgreSQL is installed".to_owned());
        }
        let context = Context::new(bench, self.kind);
        fastrand::seed(bench.seed);
        let start = Instant::now();
        let result = catch_unwind(AssertUnwindSafe(|| (self.scenario.run)(&context)));
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
