//! This machine's clock, beside those of others.

use super::{Finding, Group, web};
use crate::Settings;
use http::Method;
use jiff::fmt::rfc2822::DateTimeParser;
use jiff::{SignedDuration, Timestamp};
use std::time::Instant;

/// More than this and what is written down has the wrong time.
const MOST: SignedDuration = SignedDuration::from_secs(30);
const REMEDY: &str = "timedatectl set-ntp true";

/// Compares with whoever is asked anyway: the mail provider and the store. `now` was read just before.
pub(super) fn check(settings: &Settings, now: Timestamp) -> Vec<Finding> {
    let read = Instant::now();
    let dates: Vec<_> = others(settings)
        .into_iter()
        .filter_map(|(name, url)| {
            let (date, came) = web::ask(Method::GET, &url).ok()?.date?;
            let theirs = DateTimeParser::new().parse_timestamp(&date).ok()?;
            let ours = now.checked_add(came.saturating_duration_since(read)).ok()?;
            Some(compare(name, ours, theirs))
        })
        .collect();
    if dates.is_empty() {
        return vec![Group::Clock.skip("clock", "nobody was there to compare it with")];
    }
    dates
}

/// How the clock differs from another one.
pub(super) fn compare(name: &str, ours: Timestamp, theirs: Timestamp) -> Finding {
    let ahead = ours.duration_since(theirs);
    if ahead.abs() <= MOST {
        return Group::Clock.pass(name, "the clocks agree within 30 seconds");
    }
    let (seconds, side) = (ahead.abs().as_secs(), if ahead.is_positive() { "ahead of" } else { "behind" });
    Group::Clock.warn(name, format!("this clock is {seconds} seconds {side} that of {name}"), REMEDY)
}

fn others(settings: &Settings) -> Vec<(&'static str, String)> {
    let postmark =
        settings.mail.postmark.as_ref().map(|postmark| ("postmark", postmark.api_base.to_string()));
    let stores = settings.sources.iter().filter(|(_, source)| source.access_token.is_some());
    let stores = stores.filter_map(|(name, source)| Some((*name, source.api_base.clone()?)));
    postmark.into_iter().chain(stores).collect()
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;

    #[test]
    fn half_a_minute_is_forgiven() {
        let ours: Timestamp = "2026-03-01T10:00:00Z".parse().unwrap();
        let state = |seconds| {
            let theirs = ours + SignedDuration::from_secs(seconds);
            compare("postmark", ours, theirs)
        };
        assert_eq!([-30, 0, 30].map(|seconds| state(seconds).state), [State::Pass; 3]);
        assert_eq!([-31, 31].map(|seconds| state(seconds).state), [State::Warn; 2]);
        assert_eq!(state(90).words, "this clock is 90 seconds behind that of postmark");
    }

    #[test]
    fn the_date_of_an_http_answer_is_read() {
        let date = DateTimeParser::new().parse_timestamp("Sun, 01 Mar 2026 10:00:00 GMT").unwrap();
        assert_eq!(date.to_string(), "2026-03-01T10:00:00Z");
    }
}
