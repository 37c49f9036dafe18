//! Who gets in at the door.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use mintmark_adapters::{Error, Request, SourceSettings, Sources};

use super::common::sources;

const OLD: &str = "the old secret + 1";
const NEW: &str = "the-new-secret/100%25";

/// The label of the secret that let the request in.
fn label(query: Option<&str>, authorization: Option<&str>) -> Option<String> {
    let headers: Vec<_> =
        authorization.map(|value| ("AUTHORIZATION".to_owned(), value.to_owned())).into_iter().collect();
    let request = Request { query, headers: &headers, body: None };
    let sources = sources(&[NEW, OLD]);
    let gumroad = sources.get("gumroad").unwrap();
    gumroad.authenticate(&request, Timestamp::UNIX_EPOCH).ok().map(|authentic| authentic.label)
}

fn basic(credentials: &str) -> String {
    format!("Basic {}", STANDARD.encode(credentials))
}

#[test]
fn both_active_secrets_open_and_the_label_says_which() {
    assert_eq!(label(Some("secret=the-new-secret%2f100%2525"), None).as_deref(), Some("primary"));
    assert_eq!(label(Some("a=1&secret=the+old+secret+%2B+1&b"), None).as_deref(), Some("secondary"));
}

#[test]
fn a_plus_sign_that_was_not_escaped_still_opens() {
    assert_eq!(label(Some("secret=the%20old%20secret%20+%201"), None).as_deref(), Some("secondary"));
}

#[test]
fn the_password_of_http_basic_opens_with_and_without_its_escapes() {
    assert_eq!(label(None, Some(&basic(&format!("user:{NEW}")))).as_deref(), Some("primary"));
    assert_eq!(label(None, Some(&basic(":the%20old%20secret%20+%201"))).as_deref(), Some("secondary"));
    let lower = basic(&format!("user:{OLD}")).replace("Basic", "basic").replace('=', "");
    assert_eq!(label(None, Some(&lower)).as_deref(), Some("secondary"));
}

#[test]
fn everything_else_stays_outside() {
    let queries =
        ["", "secret", "secret=", "secret=the-new-secret", "Secret=the-new-secret%2f100%2525", "secret[]=x"];
    for query in queries {
        assert_eq!(label(Some(query), None), None, "{query}");
    }
    let user = basic(&format!("{NEW}:"));
    let bearer = format!("Bearer {NEW}");
    for authorization in ["", "Basic", "Basic !", "Basic Og==", &basic("no colon"), &user, &bearer, NEW] {
        assert_eq!(label(None, Some(authorization)), None, "{authorization}");
    }
}

#[test]
fn without_a_configured_secret_nobody_gets_in() {
    let sources = sources(&[]);
    let empty = Request { query: Some("secret="), headers: &[], body: None };
    assert!(sources.get("gumroad").unwrap().authenticate(&empty, Timestamp::UNIX_EPOCH).is_err());
}

#[test]
fn a_third_secret_is_refused() {
    let secrets = vec![NEW.parse().unwrap(); 3];
    let settings = SourceSettings { secrets, ..SourceSettings::default() };
    assert_eq!(
        Sources::new(&[("gumroad", settings)].into()).unwrap_err(),
        Error::TooManySecrets { count: 3 }
    );
}

#[test]
fn an_unknown_source_is_none() {
    assert!(sources(&[]).get("Gumroad").is_none());
    assert!(sources(&[]).get("").is_none());
}

#[test]
fn nothing_shows_a_secret_or_a_body() {
    let request = Request { query: Some("secret=hush"), headers: &[], body: Some(b"hush") };
    assert_eq!(format!("{request:?}"), "Request { .. }");
    let shown = format!("{:?}", sources(&[NEW]));
    assert!(shown.contains("primary") && !shown.contains(NEW));
}

#[test]
fn every_source_with_settings_is_in_the_registry() {
    for name in Sources::CONFIGURED {
        assert!(sources(&[]).get(name).is_some(), "{name}");
    }
}
