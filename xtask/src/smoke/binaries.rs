//! The programs under test, built as their users build them.

use std::collections::BTreeMap;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, ensure};
use cargo_metadata::Message;

use crate::process::cargo;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Profile {
    /// What `cargo test` has built already.
    Dev,
    Release,
}

/// Where cargo put each binary of the workspace, by name.
#[derive(Debug)]
pub(super) struct Binaries {
    paths: BTreeMap<String, PathBuf>,
}

impl Binaries {
    pub(super) fn build(profile: Profile) -> anyhow::Result<Self> {
        let mut command =
            cargo(["build", "--workspace", "--bins", "--message-format=json-render-diagnostics"]);
        if profile == Profile::Release {
            command.arg("--release");
        }
        let mut build = command.stdout(Stdio::piped()).spawn().context("cannot start cargo")?;
        let stdout = build.stdout.take().expect("its output is piped");
        let paths = executables(BufReader::new(stdout))?;
        ensure!(build.wait()?.success(), "the binaries do not build");
        Ok(Self { paths })
    }

    pub(super) fn path(&self, name: &str) -> anyhow::Result<&Path> {
        let path = self.paths.get(name).with_context(|| format!("the workspace has no binary {name}"))?;
        Ok(path)
    }
}

/// Reads cargo's messages to their end, so that cargo never waits for us.
fn executables(messages: impl std::io::BufRead) -> anyhow::Result<BTreeMap<String, PathBuf>> {
    let mut paths = BTreeMap::new();
    for message in Message::parse_stream(messages) {
        if let Message::CompilerArtifact(artifact) = message?
            && let Some(executable) = artifact.executable
        {
            paths.insert(artifact.target.name, executable.into_std_path_buf());
        }
    }
    Ok(paths)
}
