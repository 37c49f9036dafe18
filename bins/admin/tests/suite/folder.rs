//! A folder, and the program in it with an empty environment.

use serde_json::Value;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// What a program printed, and how it ended.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) code: i32,
    pub(crate) output: String,
    pub(crate) errors: String,
}

pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn empty() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A folder in which `init` has run.
    pub(crate) fn initialized() -> Self {
        let folder = Self::empty();
        let finished = folder.admin(&["init"]);
        assert_eq!((finished.code, finished.errors.as_str()), (0, ""));
        folder
    }

    pub(crate) fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mintmark-admin"));
        command.args(arguments).env_clear().current_dir(self.0.path()).stdin(Stdio::null());
        command
    }

    pub(crate) fn admin(&self, arguments: &[&str]) -> Finished {
        self.program(arguments).output().unwrap().into()
    }

    /// As [`Folder::admin`], with variables.
    pub(crate) fn admin_with(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Finished {
        self.program(arguments).envs(variables.iter().copied()).output().unwrap().into()
    }

    /// What `--json` prints, line by line.
    pub(crate) fn rows(&self, arguments: &[&str]) -> Vec<Value> {
        let finished = self.admin(arguments);
        finished.output.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.0.path().join(file)
    }

    /// The names of what is in a folder of it.
    pub(crate) fn names(&self, folder: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.path(folder)).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    pub(crate) fn is_empty(&self) -> bool {
        std::fs::read_dir(self.0.path()).unwrap().next().is_none()
    }
}

impl From<Output> for Finished {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap(),
            output: String::from_utf8(output.stdout).unwrap(),
            errors: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// The names of an object's fields, in their order.
pub(crate) fn fields(row: &Value) -> Vec<&str> {
    row.as_object().unwrap().keys().map(String::as_str).collect()
}
