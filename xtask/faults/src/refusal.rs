//! A server that does not start, and what it says about it.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};

use crate::installation::Installation;

/// Whoever starts a server waits for it; a refusal that takes longer looks like a success.
const REFUSED_WITHIN: Duration = Duration::from_secs(2);
/// After this time it runs, and will not refuse any more.
const PATIENCE: Duration = Duration::from_secs(10);

/// The last words of a server that did not start.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) code: i32,
    pub(crate) words: String,
}

impl Refusal {
    /// Starts a server that must not start, and must say so soon.
    pub(crate) fn of(installation: &Installation<'_>) -> anyhow::Result<Self> {
        let start = Instant::now();
        let mut server = installation.spawn()?;
        let status = server.end(PATIENCE)?;
        let (took, words) = (start.elapsed(), server.log()?);
        let status = status.with_context(|| format!("it started:\n{words}"))?;
        ensure!(took <= REFUSED_WITHIN, "it took {took:?} to refuse:\n{words}");
        let code = status.code().with_context(|| format!("it ended with {status}:\n{words}"))?;
        ensure!(code != 0, "it ended as if all were well:\n{words}");
        Ok(Self { code, words })
    }

    /// Fails unless one line of it holds all of these: what is wrong, where, and what to do.
    pub(crate) fn says(&self, words: &[&str]) -> anyhow::Result<()> {
        let said = self.words.lines().any(|line| words.iter().all(|word| line.contains(word)));
        ensure!(said, "no line holds {words:?}:\n{}", self.words);
        Ok(())
    }
}
