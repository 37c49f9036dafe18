//! Where blobs come from: a file or standard input, whole or line by line, mended or as they are.

use crate::failure::Failure;
use clap::Args;
use mintmark_licensing::{Rejected, intake};
use std::io::Read as _;
use std::path::PathBuf;

/// What is to be read.
#[derive(Debug, Args)]
pub(super) struct Input {
    /// File with the blob; - is standard input
    #[arg(value_name = "FILE", default_value = "-")]
    file: PathBuf,
    /// One blob a line; one answer a line
    #[arg(long)]
    lines: bool,
    /// Mend first what mail programs and chats do to a pasted license
    #[arg(long)]
    intake: bool,
}

impl Input {
    /// The texts to be judged, at least one.
    pub(super) fn texts(&self) -> Result<Vec<Result<String, Rejected>>, Failure> {
        let text = self.read()?;
        let texts: Vec<&str> = if self.lines { text.lines().collect() } else { vec![&text] };
        // Nothing at all is no license either.
        let texts = if texts.is_empty() { vec![""] } else { texts };
        Ok(texts.into_iter().map(|text| self.mended(text)).collect())
    }

    /// What is not text cannot be a license: it is shown as text that has a wrong character there.
    fn read(&self) -> Result<String, Failure> {
        let mut bytes = Vec::new();
        let read = if self.file.as_os_str() == "-" {
            std::io::stdin().lock().read_to_end(&mut bytes).map(drop)
        } else {
            std::fs::read(&self.file).map(|read| bytes = read)
        };
        read.map_err(|source| Failure::Input { path: self.file.clone(), source })?;
        Ok(String::from_utf8(bytes)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
    }

    fn mended(&self, text: &str) -> Result<String, Rejected> {
        if self.intake { intake(text).map_err(Rejected::from) } else { Ok(text.to_owned()) }
    }
}
