//! Everything that is checked before a change is accepted.

use std::process::ExitCode;

use crate::faults;
use crate::postgres::{self, Postgres};
use crate::process::{cargo, run as run_command};
use crate::report::Report;
use crate::smoke::{self, Profile};

/// Runs every step even after a failed one, so that one run shows all that is wrong.
pub(crate) fn run() -> ExitCode {
    let mut report = Report::default();
    report.step("format", || run_command(&mut cargo(["fmt", "--all", "--check"])));
    report.step("clippy", clippy);
    report.step("documentation", documentation);
    let postgres = supply(&mut report);
    report.step("tests", || tests(postgres.as_ref()));
    smoke::steps(&mut report, Profile::Dev, postgres.as_ref());
    report.step("faults", || faults::short(postgres.as_ref().map(Postgres::url)));
    report.conclude()
}

/// A PostgreSQL for the steps that follow, or a loud word that there is none.
pub(crate) fn supply(report: &mut Report) -> Option<Postgres> {
    match postgres::supply() {
        Ok(Some(postgres)) => Some(postgres),
        Ok(None) => {
            report.skip(
                "PostgreSQL",
                "SKIPPED: PostgreSQL half of the tests: initdb and postgres were not found",
            );
            None
        }
        Err(error) => report.step("PostgreSQL", || Err(error)),
    }
}

fn clippy() -> anyhow::Result<()> {
    run_command(&mut cargo(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))
}

fn documentation() -> anyhow::Result<()> {
    run_command(cargo(["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings"))
}

/// `--no-fail-fast`, so that one failed crate does not hide another.
fn tests(postgres: Option<&Postgres>) -> anyhow::Result<()> {
    let mut command = cargo(["test", "--workspace", "--no-fail-fast"]);
    match postgres {
        Some(postgres) => command.env(postgres::VARIABLE, postgres.url()),
        None => command.env_remove(postgres::VARIABLE),
    };
    run_command(&mut command)
}
