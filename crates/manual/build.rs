//! Finds out which commit is built, where that can be known.

use std::env;
use std::path::Path;
use std::process::Command;

/// Names the commit where there is no repository, as in an image.
const GIVEN: &str = "MINTMARK_COMMIT";

fn main() {
    println!("cargo::rerun-if-env-changed={GIVEN}");
    println!("cargo::rerun-if-changed=build.rs");
    let version = env!("CARGO_PKG_VERSION");
    match given().or_else(in_repository) {
        Some(commit) => println!("cargo::rustc-env=MINTMARK_VERSION={version} ({commit})"),
        None => println!("cargo::rustc-env=MINTMARK_VERSION={version}"),
    }
}

fn given() -> Option<String> {
    env::var(GIVEN).ok().filter(|commit| !commit.is_empty())
}

/// Of a release alone: nobody wants to link anew with each commit while developing.
fn in_repository() -> Option<String> {
    let is_release = env::var("PROFILE").is_ok_and(|profile| profile == "release");
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2)?.canonicalize().ok()?;
    // Sources that were unpacked inside of another repository are not of its commit.
    let top = git(&workspace, &["rev-parse", "--show-toplevel"]).filter(|_| is_release)?;
    if Path::new(&top).canonicalize().ok()? != workspace {
        return None;
    }
    let log = git(&workspace, &["rev-parse", "--path-format=absolute", "--git-path", "logs/HEAD"])?;
    println!("cargo::rerun-if-changed={log}");
    git(&workspace, &["rev-parse", "--short=12", "HEAD"])
}

fn git(folder: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").current_dir(folder).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !text.is_empty()).then_some(text)
}
