//! How a run ends, in exit codes.

use mintmark_fulfillment::Error;
use std::io::ErrorKind;
use std::process::ExitCode;

const FAILED: u8 = 1;
const MISUSED: u8 = 2;
const REJECTED: u8 = 3;

/// A run that came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Everything is done.
    Done,
    /// Some of it failed, and has been said.
    SomeFailed,
    /// A blob is not ours.
    Rejected,
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
    /// What was typed asks for something that cannot be done.
    #[error("{0}")]
    Usage(&'static str),
    /// A file that `init` was to write.
    #[error("{} cannot be written", path.display())]
    File { path: std::path::PathBuf, source: std::io::Error },
    /// A file that was to be read.
    #[error("{} cannot be read", path.display())]
    Input { path: std::path::PathBuf, source: std::io::Error },
    /// Without keys no blob can be judged.
    #[error(
        "there is nothing to verify with; give --public-key and --product, or run this where the server runs"
    )]
    NoKeyring(#[source] Error),
    /// No server has been started yet.
    #[error("there is no revocation list yet; a server makes it when it starts")]
    NoRevocationList,
    /// The license was not minted.
    #[error("nothing was minted: {reason}\nonce that is mended: mintmark-replay run {row}")]
    NotMinted { reason: String, row: i64 },
}

impl From<Ending> for ExitCode {
    fn from(ending: Ending) -> Self {
        match ending {
            Ending::Done => Self::SUCCESS,
            Ending::SomeFailed => Self::from(FAILED),
            Ending::Rejected => Self::from(REJECTED),
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
                eprintln!("error: the configuration holds mistakes\n{problems}");
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
            Self::Usage(_) | Self::Input { .. } | Self::NoKeyring(_) => MISUSED,
            Self::Installation(error) if error.is_configuration() => MISUSED,
            Self::Installation(_) | Self::Output(_) | Self::File { .. } => FAILED,
            Self::NoRevocationList | Self::NotMinted { .. } => FAILED,
        }
    }
}
