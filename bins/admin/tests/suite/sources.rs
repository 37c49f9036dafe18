//! `source connect` and `source check`.

use crate::folder::{Finished, Folder};
use mintmark_adapters::testing::{Faults, GumroadDouble, TOKEN};

const SECRET: &str = "sixteen-letters-or-more";
const PUBLIC: &str = "https://licenses.example.com";

/// The program beside a store.
struct Connecting {
    folder: Folder,
    double: GumroadDouble,
}

impl Connecting {
    fn new() -> Self {
        Self { folder: Folder::empty(), double: GumroadDouble::start() }
    }

    fn source(&self, arguments: &[&str]) -> Finished {
        self.with(&[("MINTMARK_HTTP__PUBLIC_URL", PUBLIC)], arguments)
    }

    fn with(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Finished {
        let url = self.double.url();
        let common = [
            ("MINTMARK_SOURCES__GUMROAD__ACCESS_TOKEN", TOKEN),
            ("MINTMARK_SOURCES__GUMROAD__API_BASE", url.as_str()),
            ("MINTMARK_SOURCES__GUMROAD__API_PACE", "0s"),
            ("MINTMARK_SOURCES__GUMROAD__SECRETS", SECRET),
        ];
        let finished =
            self.folder.admin_with(&[&common, variables].concat(), &[&["source"], arguments].concat());
        for shown in [&finished.output, &finished.errors] {
            assert!(!shown.contains(SECRET) && !shown.contains(TOKEN), "{shown}");
        }
        finished
    }
}

fn ours() -> String {
    format!("{PUBLIC}/webhooks/gumroad?secret={SECRET}")
}

#[test]
fn a_store_is_connected_once_for_every_event() {
    let connecting = Connecting::new();
    let missing = connecting.source(&["check", "gumroad"]);
    assert_eq!(missing.code, 1);
    let rehearsed = connecting.source(&["connect", "gumroad", "--dry-run"]);
    assert_eq!((rehearsed.code, connecting.double.registrations().len()), (0, 0));
    let first = connecting.source(&["connect", "gumroad"]);
    assert_eq!((first.code, first.errors.as_str()), (0, ""));
    let registered = connecting.double.registrations();
    assert_eq!(registered.len(), 8);
    assert!(registered.iter().all(|(_, url)| *url == ours()), "{registered:?}");
    let again = connecting.source(&["connect", "gumroad"]);
    assert_eq!(connecting.double.registrations(), registered);
    let checked = connecting.source(&["check", "gumroad"]);
    assert_eq!(checked.code, 0);
    let said = [missing, rehearsed, first, again, checked].map(|finished| finished.output);
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn what_is_there_twice_or_with_an_old_secret_is_ended_and_strangers_are_left_alone() {
    let connecting = Connecting::new();
    connecting.source(&["connect", "gumroad"]);
    let double = &connecting.double;
    let old = format!("{PUBLIC}/webhooks/gumroad?secret=an-old-secret");
    double.register("sale", &ours());
    double.register("refund", &old);
    double.register("dispute", &old);
    double.register("dispute", &ours());
    for stranger in ["https://stranger.example/hook", "https://licenses.example.com/another/hook"] {
        double.register("sale", stranger);
    }
    let checked = connecting.source(&["check", "gumroad", "--json"]);
    assert_eq!(checked.code, 1);
    let state: serde_json::Value = serde_json::from_str(&checked.output).unwrap();
    let told: Vec<_> =
        state["events"].as_array().unwrap().iter().map(|event| event["told"].as_str().unwrap()).collect();
    assert_eq!(told[..4], ["twice", "twice", "twice", "once"]);
    assert_eq!(
        (&state["url"], &state["events"][0]["others"]),
        (&"https://licenses.example.com/webhooks/gumroad?secret=…".into(), &2.into())
    );

    assert_eq!(connecting.source(&["connect", "gumroad"]).code, 0);
    let (mine, strangers): (Vec<_>, Vec<_>) =
        double.registrations().into_iter().partition(|(_, url)| *url == ours());
    assert_eq!((mine.len(), strangers.len()), (8, 2));
    assert_eq!(connecting.source(&["check", "gumroad"]).code, 0);
}

#[test]
fn after_a_new_secret_the_old_address_is_replaced() {
    let connecting = Connecting::new();
    connecting.source(&["connect", "gumroad"]);
    let secrets = format!("the-new-secret-of-two,{SECRET}");
    let both =
        [("MINTMARK_HTTP__PUBLIC_URL", PUBLIC), ("MINTMARK_SOURCES__GUMROAD__SECRETS", secrets.as_str())];
    let checked = connecting.with(&both, &["check", "gumroad"]);
    assert!(checked.output.contains("at an address with another secret"), "{}", checked.output);
    assert_eq!(connecting.with(&both, &["connect", "gumroad"]).code, 0);
    let registered = connecting.double.registrations();
    assert!(
        registered.len() == 8 && registered.iter().all(|(_, url)| url.ends_with("the-new-secret-of-two"))
    );
}

#[test]
fn an_address_that_no_store_could_reach_is_refused() {
    let connecting = Connecting::new();
    let refused = |variables: &[(&str, &str)], arguments: &[&str]| {
        let finished = connecting.with(variables, arguments);
        assert_eq!(finished.code, 2);
        finished.errors
    };
    let unset = refused(&[], &["connect", "gumroad"]);
    assert!(unset.starts_with("error: http.public_url is not set;"), "{unset}");
    let plain =
        refused(&[("MINTMARK_HTTP__PUBLIC_URL", "http://licenses.example.com")], &["connect", "gumroad"]);
    assert_eq!(plain, "error: the address must begin with https://, because a secret is in it\n");
    assert_eq!(refused(&[], &["connect", "gumroad", "--url", "http://licenses.example.com"]), plain);
    assert!(connecting.double.asked().is_empty());
    let typed = connecting.with(&[], &["connect", "gumroad", "--url", "https://other.example/hook?secret=x"]);
    assert_eq!(
        (typed.code, connecting.double.registrations()[0].1.as_str()),
        (0, "https://other.example/hook?secret=x")
    );
}

#[test]
fn a_token_that_will_not_do_is_told_apart() {
    let connecting = Connecting::new();
    for (faults, code) in [
        (Faults { no_token: true, ..Faults::default() }, "(401)"),
        (Faults { no_scope: true, ..Faults::default() }, "(403)"),
    ] {
        connecting.double.fail(faults);
        let finished = connecting.source(&["check", "gumroad"]);
        assert_eq!(finished.code, 1);
        assert!(finished.errors.contains(code), "{}", finished.errors);
    }
    let without = connecting.with(&[("MINTMARK_SOURCES__GUMROAD__ACCESS_TOKEN", "")], &["check", "gumroad"]);
    assert_eq!(without.code, 2);
    assert!(without.errors.contains("access_token is not set"), "{}", without.errors);
}
