//! How many crates an app takes into its tree with this one.

use std::{
    collections::BTreeSet,
    io::{self, Write},
    process::Command,
};

/// All of them on Linux, this crate among them. One more is an event: say why.
const TREE: [&str; 21] = [
    "base64",
    "cfg-if",
    "getrandom",
    "itoa",
    "libc",
    "memchr",
    "mintmark-licensing",
    "proc-macro2",
    "quote",
    "ring",
    "serde",
    "serde_core",
    "serde_derive",
    "serde_json",
    "syn",
    "thiserror",
    "thiserror-impl",
    "unicode-ident",
    "untrusted",
    "zeroize",
    "zmij",
];

#[test]
fn the_tree_of_an_app_has_the_crates_that_are_listed_and_no_other() {
    if !cfg!(target_os = "linux") {
        writeln!(io::stderr(), "SKIPPED tree: the list is that of Linux").expect("stderr");
        return;
    }
    let arguments = ["tree", "--offline", "--edges", "normal", "--prefix", "none", "--format", "{p}"];
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .arg("--manifest-path")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .output()
        .unwrap();
    let tree = String::from_utf8(output.stdout).unwrap();
    let names: BTreeSet<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(names, BTreeSet::from(TREE), "{}", String::from_utf8_lossy(&output.stderr));
}
