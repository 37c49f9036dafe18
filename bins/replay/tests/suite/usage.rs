//! Wrong usage, wrong configuration, and readers who leave early.

use crate::installation::{Finished, Installation};
use std::process::Stdio;

#[test]
fn all_mistakes_in_the_settings_are_told_at_once_and_no_value_of_them() {
    let installation = Installation::new();
    let mut program = installation.program(&["list"]);
    program.env("MINTMARK_HTTP__BIND", "hunter2").env("MINTMARK_MAIL__PROVIDER", "hunter2");
    let finished: Finished = program.env("MINTMARK_HTTPS__BIND", "hunter2").output().unwrap().into();
    assert_eq!((finished.code, finished.output.as_str()), (2, ""));
    assert!(!finished.errors.contains("hunter2"), "{}", finished.errors);
    insta::assert_snapshot!("mistakes", finished.errors);
}

#[test]
fn a_mistyped_database_is_wrong_configuration_and_is_not_made() {
    let installation = Installation::new();
    for arguments in [&["list"][..], &["show", "1"], &["run", "1"]] {
        let mut program = installation.program(arguments);
        let finished: Finished = program.env("DATABASE_URL", "sqlite:typo.db").output().unwrap().into();
        assert_eq!(finished.code, 2, "{arguments:?}");
        assert!(finished.errors.starts_with("error: there is no database at typo.db"), "{}", finished.errors);
        assert!(!installation.holds("typo.db"));
    }
}

#[test]
fn a_reader_who_has_seen_enough_is_no_failure() {
    let mut installation = Installation::new();
    installation.sell("S1", "known");
    let mut program = installation.program(&["list", "--json"]);
    let mut child = program.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let finished: Finished = child.wait_with_output().unwrap().into();
    assert_eq!((finished.code, finished.errors.as_str()), (0, ""));
}

#[test]
fn words_that_are_no_time_are_wrong_usage() {
    let finished = Installation::new().replay(&["list", "--since", "yesterday"]);
    assert_eq!(finished.code, 2);
    assert!(finished.errors.contains("expected a time such as"), "{}", finished.errors);
}

#[test]
fn help_explains_every_command() {
    let installation = Installation::new();
    let commands: &[(&str, &[&str])] = &[
        ("replay", &[]),
        ("list", &["list"]),
        ("show", &["show"]),
        ("run", &["run"]),
        ("correct", &["correct"]),
        ("dismiss", &["dismiss"]),
        ("reconcile", &["reconcile"]),
        ("verify", &["verify"]),
        ("completion", &["completion"]),
        ("import", &["import"]),
        ("export", &["export"]),
    ];
    for (name, command) in commands {
        let help = installation.replay(&[*command, &["--help"]].concat());
        assert_eq!((help.code, help.errors.as_str()), (0, ""));
        insta::assert_snapshot!(*name, help.output);
    }
}

#[test]
fn the_installation_of_the_program_comes_out_of_itself() {
    let installation = Installation::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = installation.replay(&["completion", shell]);
        assert_eq!((script.code, script.errors.as_str()), (0, ""));
        assert!(script.output.contains("reconcile"), "{shell}: {}", script.output);
    }
    assert_eq!(installation.replay(&["completion", "cmd"]).code, 2);
    assert_eq!(installation.replay(&["man", "--out", "man1"]).code, 0);
    for page in ["mintmark-replay.1", "mintmark-replay-run.1", "mintmark-replay-completion.1"] {
        assert!(installation.holds(&format!("man1/{page}")), "{page}");
    }
    assert!(!installation.holds("man1/mintmark-replay-man.1"), "it is of nobody's interest later");
    let version = installation.replay(&["--version"]).output;
    assert!(version.starts_with(concat!("mintmark-replay ", env!("CARGO_PKG_VERSION"))), "{version}");
}
