//! How a run ends, in exit codes.

use std::error::Error;
use std::io::ErrorKind;
use std::process::ExitCode;

const FAILED: u8 = 1;
const MISUSED: u8 = 2;
const REJECTED: u8 = 3;
/// What shells make of a program that Ctrl-C has ended.
const INTERRUPTED: u8 = 130;

/// A run that came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Everything is done.
    Done,
    /// Some of it failed, and has been said.
    SomeFailed,
    /// A blob is not ours.
    Rejected,
    /// A person stopped it, and was told how it goes on.
    Interrupted,
}

/// What lies behind a run that stopped; it decides on the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Whoever reads the output has seen enough, such as `head`: no failure.
    Reader,
    /// Something failed.
    World,
    /// What was typed, or what is configured.
    Usage,
    /// The configuration, with a list of all mistakes in it.
    Mistakes,
}

impl From<Ending> for ExitCode {
    fn from(ending: Ending) -> Self {
        match ending {
            Ending::Done => Self::SUCCESS,
            Ending::SomeFailed => Self::from(FAILED),
            Ending::Rejected => Self::from(REJECTED),
            Ending::Interrupted => Self::from(INTERRUPTED),
        }
    }
}

impl From<&mintmark_fulfillment::Error> for Fault {
    fn from(error: &mintmark_fulfillment::Error) -> Self {
        match error {
            mintmark_fulfillment::Error::Problems(_) => Self::Mistakes,
            error if error.is_configuration() => Self::Usage,
            _ => Self::World,
        }
    }
}

impl From<&std::io::Error> for Fault {
    /// Of an output that cannot be written.
    fn from(error: &std::io::Error) -> Self {
        if error.kind() == ErrorKind::BrokenPipe { Self::Reader } else { Self::World }
    }
}

/// Says what went wrong and why, on standard error.
#[expect(clippy::print_stderr, reason = "the last words of a program that stops")]
pub fn end_with(failure: &dyn Error, fault: Fault) -> ExitCode {
    match fault {
        Fault::Reader => return ExitCode::SUCCESS,
        Fault::Mistakes => eprintln!("error: the configuration holds mistakes\n{failure}"),
        Fault::World | Fault::Usage => eprintln!("error: {failure}"),
    }
    let mut cause = failure.source();
    while let Some(error) = cause {
        eprintln!("  because: {error}");
        cause = error.source();
    }
    ExitCode::from(if fault == Fault::World { FAILED } else { MISUSED })
}
