//! What waits: for a person, for the provider, for the store, for a backup.

use super::{Finding, Group};
use crate::Settings;
use crate::backup::LastBackup;
use jiff::{SignedDuration, Timestamp};
use mintmark_mail::Provider;
use mintmark_storage::{Backlog, Store, Waiting};

/// A letter that has waited for longer is stuck.
const PATIENCE: SignedDuration = SignedDuration::from_mins(15);

/// For as long a delivery may be in hand.
const IN_HAND: SignedDuration = SignedDuration::from_secs(60);

/// Rows, letters, sales; and how long ago the last delivery came.
pub(super) fn check(settings: &Settings, store: &Store, now: Timestamp) -> Vec<Finding> {
    let backlog = match store.backlog() {
        Ok(backlog) => backlog,
        Err(error) => return vec![Group::Waiting.fail("rows", error.to_string(), "run the doctor again")],
    };
    let mut findings = vec![rows(&backlog)];
    findings.extend(unfinished(&backlog, now));
    findings.push(letters(&backlog, now));
    findings.extend(given_up(&backlog));
    findings.extend(never_mailed(settings, &backlog));
    findings.extend(unverified(&backlog));
    findings.push(newest(&backlog, now));
    findings.push(backup(settings, now));
    findings
}

fn rows(backlog: &Backlog) -> Finding {
    match backlog.failed_deliveries {
        0 => Group::Waiting.pass("rows", "no delivery waits for a person"),
        failed => Group::Waiting.warn(
            "rows",
            format!("deliveries that failed and wait for a person: {failed}"),
            "mintmark-replay list --by reason",
        ),
    }
}

/// One that came just now is being worked on.
fn unfinished(backlog: &Backlog, now: Timestamp) -> Option<Finding> {
    let Waiting { count, oldest } = backlog.unfinished;
    let age = now.duration_since(oldest?);
    (age > IN_HAND).then(|| {
        let words =
            format!("deliveries that nothing has been concluded of: {count}, the oldest for {}", ago(age));
        Group::Waiting.warn("unfinished", words, "start the server, or mintmark-replay run --unprocessed")
    })
}

fn letters(backlog: &Backlog, now: Timestamp) -> Finding {
    let queued = backlog.letters.count + backlog.letters_sending;
    match backlog.letters.oldest.map(|oldest| now.duration_since(oldest)) {
        Some(age) if age > PATIENCE => Group::Waiting.warn(
            "letters",
            format!("in the queue: {queued}, the oldest for {}", ago(age)),
            "mend what Mail says above; the server sends them by itself then",
        ),
        Some(_) | None => Group::Waiting.pass("letters", format!("in the queue: {queued}")),
    }
}

fn given_up(backlog: &Backlog) -> Option<Finding> {
    (backlog.letters_failed > 0).then(|| {
        let words = format!("letters that were given up: {}", backlog.letters_failed);
        Group::Waiting.warn("given up", words, "mintmark-admin mail list --failed")
    })
}

fn never_mailed(settings: &Settings, backlog: &Backlog) -> Option<Finding> {
    let count = match settings.mail.provider {
        Provider::Folder => 0,
        Provider::Postmark | Provider::Smtp => backlog.letters_logged,
    };
    (count > 0).then(|| {
        let words = format!("letters that lie in the letters folder and were never mailed: {count}");
        Group::Waiting.warn("never mailed", words, "mintmark-admin license resend --logged")
    })
}

fn unverified(backlog: &Backlog) -> Option<Finding> {
    let Waiting { count, .. } = backlog.verification;
    (count > 0).then(|| {
        let words = format!("sales that the store has not confirmed yet: {count}");
        Group::Waiting.warn("unverified", words, "wait a minute; then mend what Store says above")
    })
}

fn newest(backlog: &Backlog, now: Timestamp) -> Finding {
    let words = match backlog.last_pings.values().max().copied().or(backlog.looked_back_to) {
        Some(newest) => format!("a store told of something {} ago", ago(now.duration_since(newest))),
        None => "none has come yet".to_owned(),
    };
    Group::Waiting.pass("deliveries", words)
}

/// A day's sales are in the store still; a week's may not be.
const OLD: SignedDuration = SignedDuration::from_hours(48);

fn backup(settings: &Settings, now: Timestamp) -> Finding {
    let remedy = "mintmark-admin backup DIR, daily";
    match LastBackup::read(&settings.data_dir) {
        None => {
            let words = "none is known here; one that was made otherwise does not count";
            Group::Waiting.warn("backup", words, remedy)
        }
        Some(LastBackup { at, folder }) => {
            let age = now.duration_since(at);
            let words = format!("the last one is {} old: {}", ago(age), folder.display());
            if age > OLD {
                Group::Waiting.warn("backup", words, remedy)
            } else {
                Group::Waiting.pass("backup", words)
            }
        }
    }
}

/// The largest unit alone says enough.
pub(super) fn ago(age: SignedDuration) -> String {
    let seconds = age.as_secs().max(0);
    match seconds {
        0..120 => format!("{seconds} seconds"),
        120..7_200 => format!("{} minutes", seconds / 60),
        7_200..172_800 => format!("{} hours", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}
