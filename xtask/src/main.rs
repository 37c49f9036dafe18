//! The project's own chores: `cargo xtask test`, `smoke`, `fuzz`, `bench` and `tidy`.

#![expect(clippy::print_stdout, reason = "a chore tells a person at a terminal what it does")]

mod bench;
mod fuzz;
mod port;
mod postgres;
mod process;
mod report;
mod smoke;
mod test;
mod tidy;
mod workspace;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use smoke::Profile;

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", about = "The project's own chores")]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Debug, Subcommand)]
enum Chore {
    /// Check everything: format, lints, docs, all tests on both databases, the smoke test
    Test,
    /// Start the real server on an empty folder and sell something
    Smoke {
        /// Use release builds of the binaries
        #[arg(long)]
        release: bool,
    },
    /// Feed what reads bodies, blobs and license keys with what a fuzzer makes up
    Fuzz {
        /// How long each target runs
        #[arg(long, default_value_t = 60)]
        seconds: u32,
    },
    /// Measure the server beside the limits of this machine and beside a peer
    #[command(disable_help_flag = true)]
    Bench {
        /// Handed on: --json FILE, --seconds N, --only NAME, …
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
    /// Check the arrows between the crates and the other rules of the house
    Tidy,
}

fn main() -> anyhow::Result<ExitCode> {
    match Arguments::parse().chore {
        Chore::Test => Ok(test::run()),
        Chore::Smoke { release: true } => Ok(smoke::run(Profile::Release)),
        Chore::Smoke { release: false } => Ok(smoke::run(Profile::Dev)),
        Chore::Fuzz { seconds } => Ok(fuzz::run(seconds)),
        Chore::Bench { arguments } => bench::run_with(&arguments),
        Chore::Tidy => tidy::run(),
    }
}
