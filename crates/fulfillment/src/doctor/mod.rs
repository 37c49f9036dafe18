//! The doctor: looks at every part of an installation on its live configuration, and changes nothing.
//!
//! A check is a small function that answers with findings. Those that ask somebody else run side by side, each with a
//! patience of its own; whoever has not answered by then is told of as such, and not waited for.

mod clock;
mod configuration;
mod database;
mod finding;
mod keys;
mod machine;
mod mail;
mod ping;
mod server;
mod store;
mod waiting;
mod web;

pub use finding::{Finding, Group, State};
pub use mail::TEST_SUBJECT;

use crate::{Problems, Settings};
use jiff::Timestamp;
use mintmark_mail::Address;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// How far the doctor goes.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// Nobody is asked over the network but the database.
    pub offline: bool,
    /// Where a test letter goes.
    pub send: Option<Address>,
}

/// The longest that anybody is waited for. A store is asked at its own pace, once for each of its events.
const PATIENCE: Duration = Duration::from_secs(30);

/// Looks at everything, in the order of the groups.
pub fn examine(settings: &Settings, scope: &Scope, now: Timestamp) -> Vec<Finding> {
    let asked = ask_around(settings, scope, now);
    let mut findings = configuration::check(settings);
    findings.extend(machine::check(settings));
    findings.extend(database::check(settings, now));
    findings.extend(asked.into_iter().flat_map(Asked::answer));
    // Within a group the order of the checks stays.
    findings.sort_by_key(|finding| finding.group);
    findings
}

/// What is wrong with settings that cannot be read: nothing else can be looked at then.
pub fn of_problems(problems: &Problems) -> Vec<Finding> {
    let remedy = "mend it; `mintmark-admin config check` tells every mistake";
    let told = |problem: &crate::Problem| {
        Group::Configuration.fail("settings", format!("{}: {}", problem.place, problem.message), remedy)
    };
    problems.iter().map(told).collect()
}

/// A check that runs on a thread of its own.
struct Asked {
    group: Group,
    check: &'static str,
    answer: Receiver<Vec<Finding>>,
    until: Instant,
}

impl Asked {
    fn begin(
        group: Group,
        check: &'static str,
        work: impl FnOnce() -> Vec<Finding> + Send + 'static,
    ) -> Self {
        let (tell, answer) = channel();
        // Nobody listens any more to one that comes too late.
        std::thread::spawn(move || tell.send(work()));
        Self { group, check, answer, until: Instant::now() + PATIENCE }
    }

    fn answer(self) -> Vec<Finding> {
        let Self { group, check, answer, until } = self;
        let left = until.saturating_duration_since(Instant::now());
        answer.recv_timeout(left).unwrap_or_else(|_| {
            let words = format!("no answer within {} seconds", PATIENCE.as_secs());
            vec![group.warn(check, words, "run the doctor again; look at the network of this machine")]
        })
    }
}

fn ask_around(settings: &Settings, scope: &Scope, now: Timestamp) -> Vec<Asked> {
    let local = settings.clone();
    let mut asked = vec![Asked::begin(Group::Server, "listen address", move || server::check(&local))];
    if scope.offline {
        let skipped = || {
            let groups = [
                (Group::Server, "ping URL"),
                (Group::Mail, "provider"),
                (Group::Store, "store"),
                (Group::Clock, "clock"),
            ];
            groups.map(|(group, check)| group.skip(check, "not asked, as --offline says")).to_vec()
        };
        asked.push(Asked::begin(Group::Server, "ping URL", skipped));
        return asked;
    }
    type Check = fn(&Settings) -> Vec<Finding>;
    let checks: [(Group, &str, Check); 2] =
        [(Group::Server, "ping URL", ping::check), (Group::Store, "store", store::check)];
    for (group, name, check) in checks {
        let settings = settings.clone();
        asked.push(Asked::begin(group, name, move || check(&settings)));
    }
    let (of_clock, of_mail, send) = (settings.clone(), settings.clone(), scope.send.clone());
    asked.push(Asked::begin(Group::Clock, "clock", move || clock::check(&of_clock, now)));
    asked.push(Asked::begin(Group::Mail, "provider", move || mail::check(&of_mail, send.as_ref())));
    asked
}
