//! The same checks in other languages, held to the same vectors. The format is portable if they agree.

use std::{
    io::{self, Write},
    path::Path,
    process::Command,
};

/// Runs a port, unless this machine cannot, which it says aloud.
fn answers_every_vector(program: &str, can_run: &[&str], port: &str) {
    let run = |arguments: &[&str]| Command::new(program).args(arguments).output();
    if !run(can_run).is_ok_and(|output| output.status.success()) {
        // Past the capture of the test harness, which would keep the words to itself.
        writeln!(io::stderr(), "SKIPPED {port}: {program} {can_run:?} does not succeed here")
            .expect("stderr");
        return;
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (port, vectors) = (folder.join("ports").join(port), folder.join("vectors.json"));
    let arguments = [port, vectors].map(|path| path.into_os_string().into_string().expect("a path in UTF-8"));
    let output = run(&[&arguments[0], &arguments[1]]).expect("it ran a moment ago");
    let said =
        [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat();
    assert!(output.status.success() && said.contains(" vectors, 0 answered wrong"), "{said}");
}

#[test]
fn the_check_in_python_answers_every_vector() {
    answers_every_vector("python3", &["-c", "import cryptography"], "verify.py");
}

#[test]
fn the_check_in_javascript_answers_every_vector() {
    let can_run = "require('node:crypto').createPublicKey; if (!''.isWellFormed) process.exit(1)";
    answers_every_vector("node", &["-e", can_run], "verify.mjs");
}
