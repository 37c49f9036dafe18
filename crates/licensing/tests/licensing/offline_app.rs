//! The example app, run as a user would run it.

use std::{
    env,
    io::{self, Write},
    path::{Path, PathBuf},
    process::Command,
};

use crate::support::{payload_with, sign};

/// Where cargo puts the examples, which it builds together with all tests, and not with `--test licensing` alone.
fn program() -> Option<PathBuf> {
    let tests = env::current_exe().expect("a test is a program");
    let folder = tests.parent().and_then(Path::parent).expect("a test lies in deps");
    Some(folder.join("examples/offline_app")).filter(|program| program.exists())
}

fn run(program: &Path, folder: &Path, arguments: &[&str]) -> String {
    let output =
        Command::new(program).args(arguments).env("OFFLINE_APP_DATA", folder).output().expect("the app runs");
    let said = [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned());
    said.concat().trim_end().to_owned()
}

#[test]
fn the_example_app_gates_a_feature_stores_its_license_and_tells_its_standing() {
    let Some(program) = program() else {
        writeln!(io::stderr(), "SKIPPED offline_app: the example was not built").expect("stderr");
        return;
    };
    let folder = env::temp_dir().join(format!("mintmark-offline-app-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("paste.txt");
    let say = |arguments: &[&str]| run(&program, &folder, arguments);
    let add = |blob: &str| {
        std::fs::write(&file, format!("> {blob}\r\n")).unwrap();
        say(&["add", file.to_str().unwrap()])
    };
    assert_eq!(say(&["status"]), "No license yet: offline_app add FILE");
    assert_eq!(say(&["export"]), "Exporting needs a license.");

    let blob = sign(payload_with(r#","ent":["export-csv"],"sub":"Jane""#));
    assert_eq!(add(&blob), "Thank you. Licensed to Jane, core: the license is active.");
    assert_eq!(say(&["export"]), "name,amount\nBatik,12");
    assert!(add(&blob.replace("eyJ", "eyK")).contains("(DTL07)"));
    assert_eq!(say(&["status"]), "Licensed to Jane, core: the license is active.");

    let newer = payload_with(r#","exp":1767225601,"ent":["export-csv"]"#).replace(r#""seq":1"#, r#""seq":2"#);
    assert!(add(&sign(newer)).ends_with("the license has expired. Until 0 days after it was issued."));
    assert_eq!(say(&["export"]), "Exporting is not available: the license has expired.");
    assert_eq!(add(&blob), "Not stored: a newer license was issued in its place.");
    std::fs::remove_dir_all(&folder).unwrap();
}
