//! What the server says of itself without serving.

use crate::installation::Installation;
use mintmark_storage::testing::TestDatabase;

#[test]
fn help_completion_and_manual_page_are_told_and_nothing_is_made() {
    let installation = Installation::on(TestDatabase::sqlite());
    let run = |arguments: &[&str]| {
        let output = installation.command().args(arguments).output().unwrap();
        assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &[][..]));
        String::from_utf8(output.stdout).unwrap()
    };
    insta::assert_snapshot!("server", run(&["--help"]));
    let version = run(&["--version"]);
    assert!(version.starts_with(concat!("mintmark-server ", env!("CARGO_PKG_VERSION"))), "{version}");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(run(&["completion", shell]).contains("config"), "{shell}");
    }
    run(&["man", "--out", "man1"]);
    let folder = installation.database.folder();
    let page = std::fs::read_to_string(folder.join("man1/mintmark-server.1")).unwrap();
    assert!(page.contains(".SH EXAMPLES"), "{page}");
    assert!(!folder.join("data").exists());
}
