//! What an app takes into its tree with this crate, and for which machines it compiles.

use std::{
    collections::BTreeSet,
    io::{self, Write},
    path::Path,
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

/// Needs the target's standard library, and clang for the C code in ring.
#[test]
fn the_crate_compiles_for_browsers() {
    let target = "wasm32-unknown-unknown";
    let answers = |program: &str, arguments: &[&str]| {
        let output =
            Command::new(program).args(arguments).output().ok().filter(|output| output.status.success());
        output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let library = answers("rustc", &["--print", "target-libdir", "--target", target]);
    let is_here = library.is_some_and(|folder| Path::new(&folder).exists());
    if !is_here || answers("clang", &["--version"]).is_none() {
        writeln!(io::stderr(), "SKIPPED {target}: its standard library or clang is missing").expect("stderr");
        return;
    }
    let check = ["check", "--lib", "--target", target, "--features", "wasm32_unknown_unknown_js"];
    let manifest = ["--manifest-path", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")];
    assert!(answers(env!("CARGO"), &[&check[..], &manifest[..]].concat()).is_some());
}
