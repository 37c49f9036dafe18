//! The command lines of an installation, as a person at a terminal uses them.

use std::fs::File;
use std::io::{Read, Seek};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use jiff::Timestamp;
use serde_json::Value;
use xtask::process::{output, wait_within};

use crate::installation::Installation;

/// Ten thousand rows are replayed within this time, on a slow machine too.
const PATIENCE: Duration = Duration::from_secs(120);

/// What a program printed, and how it ended.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) output: String,
    pub(crate) complaints: String,
}

/// Runs a program to its end, whatever that is; one that goes on is an error.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<Said> {
    let (mut output, mut complaints) = (tempfile::tempfile()?, tempfile::tempfile()?);
    let child = command.stdout(output.try_clone()?).stderr(complaints.try_clone()?).spawn();
    let mut child = child.context("cannot start a program of ours")?;
    let Some(status) = wait_within(&mut child, PATIENCE)? else {
        child.kill()?;
        child.wait()?;
        bail!("a program of ours did not end: {}{}", read(&mut output)?, read(&mut complaints)?);
    };
    Ok(Said { code: status.code(), output: read(&mut output)?, complaints: read(&mut complaints)? })
}

fn read(file: &mut File) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
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

/// Whether the audit log proves itself, whatever was cut off while it was written.
pub(crate) fn verify(installation: &Installation<'_>) -> anyhow::Result<()> {
    let said = run(installation.program("mintmark-replay").arg("verify"))?;
    ensure!(said.code == Some(0), "the audit log is not whole: {}{}", said.output, said.complaints);
    Ok(())
}

/// From now to a time that a command line printed.
pub(crate) fn seconds_until(time: &str) -> anyhow::Result<i64> {
    let time: Timestamp = time.parse().with_context(|| format!("no time: {time}"))?;
    Ok(time.duration_since(Timestamp::now()).as_secs())
}
