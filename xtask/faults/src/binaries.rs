//! The programs under test, built once and copied aside, so that other builds do not replace them meanwhile.

use std::fs::{self, Permissions};
use std::io::BufReader;
use std::os::unix::fs::PermissionsExt;
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
        // A server that runs under another account has to be able to read itself.
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755))?;
        Ok(Self { folder })
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}
