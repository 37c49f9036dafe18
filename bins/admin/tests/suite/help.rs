//! What `--help` says.

use crate::folder::Folder;

#[test]
fn help_explains_every_command() {
    let commands: &[(&str, &[&str])] = &[
        ("admin", &[]),
        ("init", &["init"]),
        ("config_check", &["config", "check"]),
        ("doctor", &["doctor"]),
        ("products_check", &["products", "check"]),
        ("backup", &["backup"]),
        ("restore", &["restore"]),
        ("license", &["license"]),
        ("license_list", &["license", "list"]),
        ("license_show", &["license", "show"]),
        ("license_find", &["license", "find"]),
        ("license_revoke", &["license", "revoke"]),
        ("license_suspend", &["license", "suspend"]),
        ("license_reinstate", &["license", "reinstate"]),
        ("license_reissue", &["license", "reissue"]),
        ("license_rotate_key", &["license", "rotate-key"]),
        ("license_resend", &["license", "resend"]),
        ("mail", &["mail"]),
        ("mail_list", &["mail", "list"]),
        ("mail_retry", &["mail", "retry"]),
        ("mail_hold", &["mail", "hold"]),
        ("mail_preview", &["mail", "preview"]),
        ("import", &["import"]),
        ("alerts", &["alerts"]),
        ("alerts_list", &["alerts", "list"]),
        ("alerts_test", &["alerts", "test"]),
        ("mint", &["mint"]),
        ("key", &["key"]),
        ("key_new", &["key", "new"]),
        ("key_check", &["key", "check"]),
        ("key_export_public", &["key", "export-public"]),
        ("key_rotate", &["key", "rotate"]),
        ("key_show", &["key", "show"]),
        ("key_standby", &["key", "standby"]),
        ("blob_verify", &["blob", "verify"]),
        ("blob_inspect", &["blob", "inspect"]),
        ("revocations", &["revocations"]),
        ("secret_rotate", &["secret", "rotate"]),
        ("secret_show", &["secret", "show"]),
        ("source_connect", &["source", "connect"]),
        ("source_check", &["source", "check"]),
        ("prune", &["prune"]),
        ("erase", &["erase"]),
        ("completion", &["completion"]),
    ];
    for (name, command) in commands {
        let help = Folder::empty().admin(&[*command, &["--help"]].concat());
        assert_eq!((help.code, help.errors.as_str()), (0, ""));
        insta::assert_snapshot!(*name, help.output);
    }
}

#[test]
fn the_installation_of_the_program_comes_out_of_itself() {
    let folder = Folder::empty();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = folder.admin(&["completion", shell]);
        assert_eq!((script.code, script.errors.as_str()), (0, ""));
        assert!(script.output.contains("revocations"), "{shell}: {}", script.output);
    }
    assert_eq!(folder.admin(&["man", "--out", "man1"]).code, 0);
    let page = std::fs::read_to_string(folder.path("man1/mintmark-admin-license-show.1")).unwrap();
    assert!(page.contains("mintmark\\-admin license show"), "its examples are in it: {page}");
    let version = folder.admin(&["--version"]).output;
    assert!(version.starts_with(concat!("mintmark-admin ", env!("CARGO_PKG_VERSION"))), "{version}");
}
