//! The measurements, which are a program of their own: release builds, run beside a PostgreSQL if there is one.

use std::ffi::OsString;
use std::process::ExitCode;

use crate::postgres;
use crate::process::{cargo, run};

/// Our programs as their users build them; the bench apart, because it must not add to their features.
const BUILDS: [&[&str]; 2] = [
    &["--package", "mintmark-server", "--package", "mintmark-replay", "--package", "mintmark-admin"],
    &["--package", "mintmark-bench"],
];

/// Builds, supplies PostgreSQL, measures.
pub(crate) fn run_with(arguments: &[OsString]) -> anyhow::Result<ExitCode> {
    for packages in BUILDS {
        run(cargo(["build", "--release", "--quiet", "--bins"]).args(packages))?;
    }
    let postgres = postgres::supply()?;
    let mut bench = cargo(["run", "--release", "--quiet", "--package", "mintmark-bench", "--"]);
    if let Some(postgres) = &postgres {
        bench.env(postgres::VARIABLE, postgres.url());
    }
    let status = bench.args(arguments).status()?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
