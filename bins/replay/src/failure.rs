//! How a run ends, in exit codes.

use mintmark_fulfillment::Error;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::ExitCode;

const SOME_FAILED: u8 = 1;
const MISUSED: u8 = 2;

/// A run that came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Everything is done.
    Done,
    /// Some rows failed, and have said so.
    SomeFailed,
}

/// Why a run stopped.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The installation.
    #[error(transparent)]
    Installation(#[from] Error),
    /// Whoever reads the output.
    #[error("the output cannot be written")]
    Output(#[from] std::io::Error),
    /// A file that was named.
    #[error("cannot use {}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// What was typed asks for something that cannot be done.
    #[error("{0}")]
    Usage(&'static str),
}

impl From<Ending> for ExitCode {
    fn from(ending: Ending) -> Self {
        match ending {
            Ending::Done => Self::SUCCESS,
            Ending::SomeFailed => Self::from(SOME_FAILED),
        }
    }
}

impl Failure {
    /// Says what went wrong. A reader who has seen enough, such as `head`, is no failure.
    #[expect(clippy::print_stderr, reason = "the last words of a program that stops")]
    pub(crate) fn report(&self) -> ExitCode {
        match self {
            Self::Output(error) if error.kind() == ErrorKind::BrokenPipe => return ExitCode::SUCCESS,
            Self::Installation(Error::Problems(problems)) => {
                eprintln!("error: the configuration holds mistakes\n{problems}")
            }
            _ => eprintln!("error: {self}"),
        }
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            eprintln!("  because: {error}");
            cause = error.source();
        }
        ExitCode::from(self.exit_code())
    }

    fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) | Self::File { .. } => MISUSED,
            Self::Installation(error) if error.is_configuration() => MISUSED,
            Self::Installation(_) | Self::Output(_) => SOME_FAILED,
        }
    }
}
