//! Why a run stops.

use mintmark_fulfillment::Error;
pub(crate) use mintmark_terminal::Ending;
use mintmark_terminal::{Fault, end_with};
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
    /// What was typed asks for something that cannot be done.
    #[error("{0}")]
    Usage(&'static str),
    /// A file that `init` was to write.
    #[error("{} cannot be written", path.display())]
    File { path: std::path::PathBuf, source: std::io::Error },
    /// A file that was to be read.
    #[error("{} cannot be read", path.display())]
    Input { path: std::path::PathBuf, source: std::io::Error },
    /// A file whose columns are not those that are expected.
    #[error("its columns are not as they should be: {0}; see --help")]
    Columns(String),
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

impl Failure {
    /// Says what went wrong.
    pub(crate) fn report(&self) -> ExitCode {
        end_with(self, self.fault())
    }

    fn fault(&self) -> Fault {
        match self {
            Self::Usage(_) | Self::Columns(_) | Self::Input { .. } | Self::NoKeyring(_) => Fault::Usage,
            Self::Installation(error) => error.into(),
            Self::Output(error) => error.into(),
            Self::File { .. } | Self::NoRevocationList | Self::NotMinted { .. } => Fault::World,
        }
    }
}
