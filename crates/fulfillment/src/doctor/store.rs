//! The store: whether it would tell us of everything.

use super::{Finding, Group};
use crate::{Connection, Error, Intent, Settings, Told, connect};
use mintmark_adapters::Sources;

/// Token and subscriptions of every source whose records can be asked.
pub(super) fn check(settings: &Settings) -> Vec<Finding> {
    let has_records =
        |source: &&&str| settings.sources.get(**source).is_some_and(|source| source.api_base.is_some());
    Sources::CONFIGURED.iter().filter(has_records).flat_map(|source| of(settings, source)).collect()
}

fn of(settings: &Settings, source: &'static str) -> Vec<Finding> {
    let has_token = settings.sources.get(source).is_some_and(|settings| settings.access_token.is_some());
    if !has_token {
        let words = format!("sources.{source}.access_token is not set: sales are believed as they are told");
        let remedy = "make a token, so that nothing is minted unconfirmed: see \"Connecting Gumroad\" in \
                      docs/OPERATING.md";
        return vec![Group::Store.warn(source, words, remedy)];
    }
    match connect(settings, source, None, Intent::Check) {
        Ok(connection) => told(source, &connection),
        Err(Error::Address(words)) => {
            vec![Group::Store.warn(source, words, "set http.public_url, and run the doctor again")]
        }
        Err(error) => vec![refused(source, &error)],
    }
}

fn told(source: &'static str, connection: &Connection) -> Vec<Finding> {
    let token = Group::Store.pass(source, "the access token works");
    let silent: Vec<&str> = connection
        .events
        .iter()
        .filter(|event| matches!(event.told, Told::Never | Told::Elsewhere))
        .map(|event| event.event)
        .collect();
    let remedy = format!("mintmark-admin source connect {source}");
    let events = if !silent.is_empty() {
        let words = format!("{} would not tell {} of: {}", source, connection.url, silent.join(", "));
        Group::Store.fail("events", words, remedy)
    } else if connection.is_sound() {
        Group::Store.pass("events", format!("{} events come to {}", connection.events.len(), connection.url))
    } else {
        Group::Store.warn("events", "some events are told twice, which is harmless", remedy)
    };
    vec![token, events]
}

fn refused(source: &'static str, error: &Error) -> Finding {
    let words = error.to_string();
    match error {
        Error::Books(error) if error.is_of_token() => {
            let remedy = format!("set sources.{source}.access_token to a new token, then connect again");
            Group::Store.fail(source, words, remedy)
        }
        Error::Books(error) if error.is_transient() => {
            Group::Store.warn(source, words, "run the doctor again; meanwhile sales wait and are not lost")
        }
        _ => Group::Store.fail(source, words, format!("mintmark-admin source check {source}")),
    }
}
