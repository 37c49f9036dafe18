//! The faults, which are a program of their own: they speak to databases, and the chores do not.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

use crate::process::{self, cargo};

/// Builds and runs them; its exit code is ours.
pub(crate) fn run(arguments: &[OsString]) -> anyhow::Result<ExitCode> {
    let status = command().args(arguments).status()?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Those that take seconds, as a step of a longer run.
pub(crate) fn short(postgres: Option<&str>) -> anyhow::Result<()> {
    let mut command = command();
    if let Some(url) = postgres {
        command.env(crate::postgres::VARIABLE, url);
    }
    process::run(&mut command)
}

fn command() -> Command {
    cargo(["run", "--quiet", "--package", "mintmark-faults", "--"])
}
