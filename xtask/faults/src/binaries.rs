//! The programs under test, built once and copied aside, so that other builds do not replace them meanwhile.

use std::fs;
use std::io::BufReader;
use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, ensure};
use cargo_metadata::Message;
use tempfile::TempDir;
use xtask::process::cargo;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Profile {
    Dev,
    Release,
}

/// The server that can be told where to die, and the command lines.
#[derive(Debug)]
pub(crate) struct Binaries {
    folder: TempDir,
}

const BUILD: [&str; 9] = [
    "build",
    "--package=mintmark-server",
    "--package=mintmark-replay",
    "--package=mintmark-admin",
    "--bins",
    "--features=mintmark-server/crash-points",
    "--message-format=json-render-diagnostics",
    "--color=auto",
    "--quiet",
];

impl Binaries {
    pub(crate) fn build(profile: Profile) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("mintmark-faults-").tempdir()?;
        let mut command = cargo(BUILD);
        if profile == Profile::Release {
            command.arg("--release");
        }
        let mut build = command.stdout(Stdio::piped()).spawn().context("cannot start cargo")?;
        let stdout = build.stdout.take().expect("its output is piped");
        let mut built = Vec::new();
        for message in Message::parse_stream(BufReader::new(stdout)) {
            if let Message::CompilerArtifact(artifact) = message? {
                built.extend(artifact.executable.map(|path| (artifact.target.name, path)));
            }
        }
        ensure!(build.wait()?.success(), "the binaries do not build");
        for (name, path) in built {
            fs::copy(&path, folder.path().join(name)).with_context(|| format!("cannot copy {path}"))?;
        }
        Ok(Self { folder })
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}
