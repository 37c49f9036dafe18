//! `cargo xtask`: the project's own chores.

use std::process::ExitCode;

fn main() -> anyhow::Result<ExitCode> {
    xtask::run()
}
