//! Fuzzing: `cargo xtask fuzz` runs every target for a while, with the corpus of the tests as its beginning.

use std::path::Path;
use std::process::{Command, ExitCode};

use crate::process::{cargo, output, run as run_command};
use crate::report::Report;
use crate::workspace;

/// More than any input of these sizes needs, in MiB; a decoder that asks for more has been blown up.
const MOST_MEMORY: u32 = 512;
const MOST_AT_ONCE: u32 = 64;
/// As large as the largest body that is read, in bytes.
const LONGEST_INPUT: u32 = 256 * 1024;

/// A program that is fed with what a fuzzer makes up.
struct Target {
    name: &'static str,
    /// The folder of its package, relative to the root.
    package: &'static str,
    /// Good inputs to begin with, relative to the root.
    seeds: &'static str,
}

const TARGETS: &[Target] = &[
    Target { name: "body", package: "crates/adapters/fuzz", seeds: "crates/adapters/tests/fixtures/gumroad" },
    Target {
        name: "pairs",
        package: "crates/adapters/fuzz",
        seeds: "crates/adapters/tests/fixtures/gumroad",
    },
    Target { name: "blob", package: "crates/licensing/fuzz", seeds: "crates/licensing/fuzz/seeds/blob" },
    Target {
        name: "payload",
        package: "crates/licensing/fuzz",
        seeds: "crates/licensing/fuzz/seeds/payload",
    },
    Target {
        name: "license_key",
        package: "crates/licensing/fuzz",
        seeds: "crates/licensing/fuzz/seeds/license_key",
    },
    Target {
        name: "revocation_list",
        package: "crates/licensing/fuzz",
        seeds: "crates/licensing/fuzz/seeds/revocation_list",
    },
];

/// Runs each target for so many seconds. Without cargo-fuzz it says so, and nothing has failed: the same properties run
/// in the tests, for a few thousand inputs.
pub(crate) fn run(seconds: u32) -> ExitCode {
    let mut report = Report::default();
    let is_there = output(&mut cargo(["fuzz", "--version"])).is_ok();
    for target in TARGETS {
        if is_there {
            report.step(target.name, || fuzz(target, seconds));
        } else {
            report.skip(
                target.name,
                "SKIPPED: cargo-fuzz is not installed; `cargo install cargo-fuzz` does it",
            );
        }
    }
    report.conclude()
}

fn fuzz(target: &Target, seconds: u32) -> anyhow::Result<()> {
    let root = workspace::root();
    // The first folder is where the fuzzer keeps what it finds; the second one it only reads.
    let found = root.join(target.package).join("corpus").join(target.name);
    std::fs::create_dir_all(&found)?;
    let mut command = cargo(["fuzz", "run", "--fuzz-dir"]);
    command.arg(root.join(target.package)).arg(target.name).arg(found).arg(root.join(target.seeds)).arg("--");
    command.args(limits(seconds));
    run_command(with_instruments(&mut command, &root))
}

/// A fuzzer's instruments are compiler flags that only a nightly has, unless a stable one is told to act as one.
fn with_instruments<'a>(command: &'a mut Command, root: &Path) -> &'a mut Command {
    // A folder of its own below the usual one: the programs are built with other flags than the workspace's.
    let usual =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |folder| root.join(folder));
    command.env("RUSTC_BOOTSTRAP", "1").env("CARGO_TARGET_DIR", usual.join("fuzz"))
}

fn limits(seconds: u32) -> [String; 4] {
    [
        format!("-max_total_time={seconds}"),
        format!("-rss_limit_mb={MOST_MEMORY}"),
        format!("-malloc_limit_mb={MOST_AT_ONCE}"),
        format!("-max_len={LONGEST_INPUT}"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_has_its_program_and_its_seeds_and_every_program_is_a_target() {
        let mut programs = Vec::new();
        for package in ["crates/adapters/fuzz", "crates/licensing/fuzz"] {
            let names = workspace::names_in(&workspace::root().join(package).join("fuzz_targets")).unwrap();
            programs.extend(names.into_iter().map(|name| format!("{package}/fuzz_targets/{name}")));
        }
        let mut targets: Vec<_> = TARGETS
            .iter()
            .map(|target| format!("{}/fuzz_targets/{}.rs", target.package, target.name))
            .collect();
        targets.sort();
        assert_eq!(programs, targets);
        for target in TARGETS {
            assert!(!workspace::names_in(&workspace::root().join(target.seeds)).unwrap().is_empty());
        }
    }
}
