//! Why a run stops.

use mintmark_fulfillment::Error;
pub(crate) use mintmark_terminal::Ending;
use mintmark_terminal::{Fault, end_with};
use std::path::PathBuf;
use std::process::ExitCode;

/// Why a run stopped.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The installation.
    #[error(transparent)]
    Installation(#[from] Error),
    /// Whoever reads the output.
    #[error("the output cannot be written")]
    Output(#[from] std::io::Error),
    /// A file that was to be written.
    #[error("{} cannot be written", path.display())]
    File { path: PathBuf, source: std::io::Error },
    /// A file that was to be read.
    #[error("{} cannot be read", path.display())]
    Input { path: PathBuf, source: std::io::Error },
    /// Ctrl-C cannot be listened for.
    #[error("signals cannot be handled")]
    Signals(#[source] std::io::Error),
    /// What was typed asks for something that cannot be done.
    #[error("{0}")]
    Usage(&'static str),
}

impl Failure {
    /// Says what went wrong.
    pub(crate) fn report(&self) -> ExitCode {
        end_with(self, self.fault())
    }

    fn fault(&self) -> Fault {
        match self {
            Self::Usage(_) | Self::Input { .. } => Fault::Usage,
            Self::Installation(error) => error.into(),
            Self::Output(error) => error.into(),
            Self::Signals(_) | Self::File { .. } => Fault::World,
        }
    }
}
