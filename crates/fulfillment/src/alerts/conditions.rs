//! What is the matter now.

use crate::{Error, Fulfillment};
use jiff::{SignedDuration, Timestamp};
use mintmark_storage::{Concern, LetterState, LetterTrouble, ReasonCount};
use rustix::fs::statvfs;
use std::path::{Path, PathBuf};

/// What the reconciler itself says, whenever it has compared.
pub(crate) const RECONCILE_KINDS: [&str; 2] = [RECONCILE_GAP, STORE_UNREACHABLE];
pub(crate) const RECONCILE_GAP: &str = "reconcile_gap";
pub(crate) const STORE_UNREACHABLE: &str = "store_unreachable";

/// What is looked for every minute.
pub(super) const OBSERVED: [&str; 8] = [
    "delivery_failed",
    "letter_failed",
    "letter_bounced",
    "letter_held",
    "mail_refused",
    "letter_stuck",
    "no_order",
    "disk_low",
];

/// A reason that is longer tells nothing more.
const LONGEST_WORDS: usize = 300;
/// So many reasons are told by themselves.
const MOST_REASONS: usize = 20;

impl Fulfillment {
    /// What a person should know of now.
    pub(super) fn conditions(&self, now: Timestamp) -> Result<Vec<Concern>, Error> {
        let store = &self.records.store;
        let mut found = deliveries(store.failed_by_reason()?);
        found.extend(store.letter_troubles()?.iter().filter_map(letters));
        found.extend(self.stuck_letters(now)?);
        found.extend(self.no_order(now)?);
        found.extend(self.low_disks());
        // Troubles of one name are one condition.
        found.sort();
        found.dedup_by(|later, earlier| {
            let is_same = (&later.kind, &later.subject) == (&earlier.kind, &earlier.subject);
            if is_same {
                earlier.count += later.count;
            }
            is_same
        });
        Ok(found)
    }

    fn stuck_letters(&self, now: Timestamp) -> Result<Option<Concern>, Error> {
        let patience = self.settings.alerts.letter_stuck_for;
        let before = now.saturating_sub(signed(patience)).unwrap_or(now);
        let (count, example) = self.records.store.letters_waiting_since(before)?;
        let example = example.map(|letter| format!(", the first is letter {letter}")).unwrap_or_default();
        let words = format!("queued for more than {}{example}", span(patience.as_secs()));
        let command = "mintmark-admin mail list --state queued,sending";
        Ok((count > 0).then(|| condition("letter_stuck", "", count, &words, command)))
    }

    fn no_order(&self, now: Timestamp) -> Result<Option<Concern>, Error> {
        let Some(longest) = self.settings.alerts.no_order_for else { return Ok(None) };
        let Some(last) = self.records.store.last_sale_at()? else { return Ok(None) };
        let is_long = now.duration_since(last) >= signed(longest);
        let words = format!("the last sale came at {}", told_time(last));
        let command = "mintmark-admin source check gumroad";
        Ok(is_long.then(|| condition("no_order", &span(longest.as_secs()), 1, &words, command)))
    }

    fn low_disks(&self) -> Vec<Concern> {
        let mut folders: Vec<PathBuf> =
            self.settings.database_folder().into_iter().chain([self.settings.data_dir.clone()]).collect();
        folders.dedup();
        let least = self.settings.alerts.disk_below;
        let low = folders.iter().filter(|folder| free(folder).is_some_and(|free| free < least));
        low.map(|folder| {
            let command = format!("df -h {}", folder.display());
            let words = format!("less than {} MB are left", least / 1_000_000);
            condition("disk_low", &folder.display().to_string(), 1, &words, &command)
        })
        .collect()
    }
}

/// One of the kinds, in the words of a person: what stands in the first line.
pub(super) fn title(condition: &Concern) -> String {
    let Concern { kind, subject, count, .. } = condition;
    let letters = if *count == 1 { "letter" } else { "letters" };
    match kind.as_str() {
        "delivery_failed" => {
            format!("{count} {} failed", if *count == 1 { "delivery" } else { "deliveries" })
        }
        "letter_failed" => format!("{count} {letters} given up ({subject})"),
        "letter_bounced" => format!("{count} {letters} came back ({subject})"),
        "letter_held" => format!("{count} {letters} held ({subject})"),
        "mail_refused" => format!("{subject} refuses to send {count} {letters}"),
        "letter_stuck" => format!("{count} {letters} not getting out"),
        "no_order" => format!("no order for {subject}"),
        "disk_low" => format!("disk of {subject} is nearly full"),
        RECONCILE_GAP => format!("{subject} had {count} things that it never told"),
        STORE_UNREACHABLE => format!("the records of {subject} cannot be compared"),
        other => format!("{other} {subject}"),
    }
}

pub(crate) fn condition(kind: &str, subject: &str, count: i64, words: &str, command: &str) -> Concern {
    let words: String = words.chars().take(LONGEST_WORDS).collect();
    let (kind, subject, command) = (kind.to_owned(), subject.to_owned(), command.to_owned());
    Concern { kind, subject: without_people(&subject), count, words: without_people(&words), command }
}

/// A digest goes to places that buyers never agreed to, whatever a reason may quote.
fn without_people(words: &str) -> String {
    let shown = words.split(' ').map(|word| if word.contains('@') { "[address]" } else { word });
    shown.collect::<Vec<_>>().join(" ")
}

/// Grouped by their reasons; the rarest of many are told together.
fn deliveries(mut reasons: Vec<ReasonCount>) -> Vec<Concern> {
    reasons.sort_by_key(|reason| (-reason.count, -reason.example));
    let rest = reasons.split_off(reasons.len().min(MOST_REASONS));
    let told = reasons.iter().map(|ReasonCount { reason, count, example }| {
        let words = format!("{reason} (the newest is row {example})");
        let command = format!("mintmark-replay show {example}");
        condition("delivery_failed", &subject_of(reason), *count, &words, &command)
    });
    let mut told: Vec<Concern> = told.collect();
    if !rest.is_empty() {
        let count = rest.iter().map(|reason| reason.count).sum();
        let words = format!("for {} further reasons", rest.len());
        told.push(condition(
            "delivery_failed",
            "others",
            count,
            &words,
            "mintmark-replay list --failed --by reason",
        ));
    }
    told
}

/// Short enough for a key.
fn subject_of(reason: &str) -> String {
    reason.chars().take(200).collect()
}

/// What waits for its next try is no trouble yet, unless its provider refuses everything.
fn letters(trouble: &LetterTrouble) -> Option<Concern> {
    let LetterTrouble { state, class, provider, count, example } = trouble;
    let class = class.as_deref().unwrap_or("address");
    let newest = format!("the newest is letter {example}");
    let list = |state: &str| format!("mintmark-admin mail list --state {state}");
    Some(match state {
        LetterState::Failed => condition("letter_failed", class, *count, &newest, &list("failed")),
        LetterState::Bounced => condition("letter_bounced", class, *count, &newest, &list("bounced")),
        LetterState::Held => condition("letter_held", class, *count, &newest, &list("held")),
        LetterState::Queued | LetterState::Sending if class == "configuration" => {
            let provider = provider.as_deref().unwrap_or("the provider");
            let words = format!("token, sender or account is not accepted; {newest}");
            condition("mail_refused", provider, *count, &words, "mintmark-admin mail list --failed")
        }
        _ => return None,
    })
}

/// Bytes that are left to this account.
fn free(folder: &Path) -> Option<u64> {
    statvfs(folder).ok().map(|volume| volume.f_bavail.saturating_mul(volume.f_frsize))
}

fn signed(duration: std::time::Duration) -> SignedDuration {
    duration.try_into().unwrap_or(SignedDuration::MAX)
}

fn span(seconds: u64) -> String {
    match seconds {
        seconds if seconds >= 3_600 && seconds % 3_600 == 0 => format!("{} h", seconds / 3_600),
        seconds if seconds >= 60 && seconds % 60 == 0 => format!("{} min", seconds / 60),
        seconds => format!("{seconds} s"),
    }
}

/// To the minute, as a person reads it.
pub(super) fn told_time(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M UTC").to_string()
}
