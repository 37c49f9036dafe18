//! Starting other programs, waiting for them, asking them to stop.

use std::process::{Child, Command, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};

use crate::workspace;

/// `cargo` as the person runs it, at the root of the workspace.
pub fn cargo<const N: usize>(arguments: [&str; N]) -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    command.current_dir(workspace::root()).args(arguments);
    // What cargo tells us about our own package is news to the build scripts of others: ring would be compiled anew.
    for (name, _) in std::env::vars_os() {
        if is_about_a_package(&name.to_string_lossy()) {
            command.env_remove(name);
        }
    }
    command
}

fn is_about_a_package(variable: &str) -> bool {
    ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|start| variable.starts_with(start))
}

/// Shows the command, runs it with its output passed through, and wants exit code 0.
pub fn run(command: &mut Command) -> anyhow::Result<()> {
    println!("    $ {}", words(command));
    let status = command.status().with_context(|| format!("cannot start {}", words(command)))?;
    ensure!(status.success(), "{} ended with {status}", words(command));
    Ok(())
}

/// Runs a quiet command and returns what it printed; its complaints are in the error.
pub fn output(command: &mut Command) -> anyhow::Result<String> {
    let output = command.output().with_context(|| format!("cannot start {}", words(command)))?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        bail!("{} ended with {}\n{}", words(command), output.status, complaint.trim_end());
    }
    String::from_utf8(output.stdout).with_context(|| format!("{} printed no UTF-8", words(command)))
}

/// Sends one signal to a child that we started and have not yet waited for.
pub fn signal(child: &Child, signal: Signal) -> anyhow::Result<()> {
    kill_process(Pid::from_child(child), signal).context("cannot send a signal")
}

/// The exit status, or nothing if the child outlives the limit.
pub fn wait_within(child: &mut Child, limit: Duration) -> anyhow::Result<Option<ExitStatus>> {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() > deadline {
            return Ok(None);
        }
        thread::sleep(PAUSE);
    }
}

/// Looks again and again until there is something to return.
pub fn wait_for<T>(
    what: &str,
    limit: Duration,
    mut look: impl FnMut() -> anyhow::Result<Option<T>>,
) -> anyhow::Result<T> {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(found) = look()? {
            return Ok(found);
        }
        ensure!(Instant::now() < deadline, "{what}: waited {} s in vain", limit.as_secs());
        thread::sleep(PAUSE);
    }
}

/// Short enough to be unnoticed, long enough to leave the processor to the one we wait for.
const PAUSE: Duration = Duration::from_millis(25);

/// Program and arguments, without the folder of the program and without its environment.
fn words(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let name = program.file_name().unwrap_or(program.as_os_str());
    let all = std::iter::once(name).chain(command.get_args());
    all.map(|word| without_credentials(&word.to_string_lossy())).collect::<Vec<_>>().join(" ")
}

/// A database's URL may carry a password, and what we print ends in logs.
fn without_credentials(word: &str) -> String {
    match (word.find("://"), word.rfind('@')) {
        (Some(scheme), Some(at)) if scheme < at => format!("{}://***{}", &word[..scheme], &word[at..]),
        _ => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_command_is_an_error_that_carries_its_complaint() {
        let error = output(Command::new("sh").args(["-c", "echo no such luck >&2; exit 3"])).unwrap_err();
        assert!(error.to_string().ends_with("no such luck"), "{error}");
    }

    #[test]
    fn a_child_that_is_asked_to_stop_stops() {
        let mut child = Command::new("sleep").arg("600").spawn().unwrap();
        signal(&child, Signal::TERM).unwrap();
        let status = wait_within(&mut child, Duration::from_secs(60)).unwrap();
        assert!(status.is_some_and(|status| !status.success()));
    }

    #[test]
    fn a_child_that_outlives_the_limit_has_no_status() {
        let mut child = Command::new("sleep").arg("600").spawn().unwrap();
        assert!(wait_within(&mut child, Duration::ZERO).unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();
    }

    #[test]
    fn waiting_in_vain_names_what_was_waited_for() {
        let error = wait_for("the bus", Duration::ZERO, || Ok(None::<()>)).unwrap_err();
        assert_eq!(error.to_string(), "the bus: waited 0 s in vain");
    }

    #[test]
    fn commands_are_shown_without_the_folder_of_the_program() {
        assert_eq!(words(Command::new("/usr/bin/cargo").args(["fmt", "--check"])), "cargo fmt --check");
    }

    #[test]
    fn a_password_in_an_argument_is_not_shown() {
        let command = &mut Command::new("psql");
        assert_eq!(words(command.arg("postgres://ada:secret@db/x")), "psql postgres://***@db/x");
    }
}
