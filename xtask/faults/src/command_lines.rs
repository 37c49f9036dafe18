//! The command lines of an installation, as a person at a terminal uses them.

use std::process::Command;

use anyhow::{Context, ensure};
use jiff::Timestamp;
use serde_json::Value;
use xtask::process::output;

use crate::installation::Installation;

/// What a program printed, and how it ended.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) output: String,
    pub(crate) complaints: String,
}

/// Runs a program to its end, whatever that is.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<Said> {
    let ended = command.output().context("cannot start a program of ours")?;
    Ok(Said {
        code: ended.status.code(),
        output: String::from_utf8_lossy(&ended.stdout).into_owned(),
        complaints: String::from_utf8_lossy(&ended.stderr).into_owned(),
    })
}

/// Everything about one audit row.
pub(crate) fn show(installation: &Installation<'_>, delivery: i64) -> anyhow::Result<Value> {
    let mut command = installation.program("mintmark-replay");
    let shown = output(command.args(["show", &delivery.to_string(), "--json"]))?;
    serde_json::from_str(&shown).context("show prints no JSON")
}

/// Every failed audit row again; answers how many rows were printed.
pub(crate) fn replay_failed(installation: &Installation<'_>) -> anyhow::Result<usize> {
    let mut command = installation.program("mintmark-replay");
    let said = run(command.args(["run", "--failed", "--yes", "--json"]))?;
    ensure!(said.code == Some(0), "a replay ended with {:?}: {}", said.code, said.complaints);
    Ok(said.output.lines().count())
}

/// From now to a time that a command line printed.
pub(crate) fn seconds_until(time: &str) -> anyhow::Result<i64> {
    let time: Timestamp = time.parse().with_context(|| format!("no time: {time}"))?;
    Ok(time.duration_since(Timestamp::now()).as_secs())
}
