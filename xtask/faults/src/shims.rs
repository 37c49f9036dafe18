//! Small libraries in C that are loaded before the C library, and make the system calls of a server fail or remember.

use std::path::PathBuf;
use std::process::Command;

use xtask::process::output;
use xtask::workspace;

use crate::context::{Context, Skip};
use crate::installation::Installation;

/// One of the files in `shims/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shim {
    /// Keeps what a power cut would leave.
    PowerCut,
    /// Lets the n-th sync or write fail.
    InputOutputError,
    /// Keeps files from growing.
    FullDisk,
}

impl Shim {
    /// From the next start on, the installation's servers run with it.
    pub(crate) fn load(
        self,
        context: &Context<'_>,
        installation: &mut Installation<'_>,
    ) -> anyhow::Result<()> {
        let library = self.compile(context)?;
        installation.set("LD_PRELOAD", &library.display().to_string());
        Ok(())
    }

    /// From the next start on, they run without it.
    pub(crate) fn unload(installation: &mut Installation<'_>) {
        installation.unset("LD_PRELOAD");
    }

    fn compile(self, context: &Context<'_>) -> anyhow::Result<PathBuf> {
        if !cfg!(target_os = "linux") {
            return Err(Skip("the shims are for Linux").into());
        }
        if Command::new("cc").arg("--version").output().is_err() {
            return Err(Skip("there is no C compiler").into());
        }
        let library = context.bench.binaries.path(&format!("{}.so", self.name()));
        if !library.exists() {
            let source = workspace::root().join("xtask/faults/shims").join(format!("{}.c", self.name()));
            let draft = library.with_extension(format!("{:?}", context.kind));
            let mut cc = Command::new("cc");
            cc.args(["-Wall", "-Wextra", "-Werror", "-O1", "-shared", "-fPIC"]);
            cc.arg("-o").arg(&draft).arg(source).args(["-ldl", "-lpthread"]);
            output(&mut cc)?;
            std::fs::rename(draft, &library)?;
        }
        Ok(library)
    }

    fn name(self) -> &'static str {
        match self {
            Self::PowerCut => "power_cut",
            Self::InputOutputError => "input_output_error",
            Self::FullDisk => "full_disk",
        }
    }
}
