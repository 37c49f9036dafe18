//! Keys and webhook secrets.

use super::{Finding, Group};
use crate::installation::{DataFolder, GENERATED_FOR, WEBHOOK_SECRET, check_keys_beside};
use crate::{Settings, Verdict, webhook_secrets};
use mintmark_storage::Store;

/// Shorter ones than this are allowed, and guessed sooner.
const SHORT: usize = 24;

/// Files and registrations of the keys, without the latter where there is no database.
pub(super) fn check(settings: &Settings, store: Option<&Store>) -> Vec<Finding> {
    let mut findings = match check_keys_beside(settings, store) {
        Ok(found) => found.into_iter().map(of).collect(),
        Err(error) => vec![Group::Keys.fail("keys", error.to_string(), "mintmark-admin key check")],
    };
    findings.push(secrets(settings));
    findings.extend(disused(settings));
    findings
}

fn of(crate::Finding { what, verdict }: crate::Finding) -> Finding {
    match verdict {
        Verdict::Sound(words) => Group::Keys.pass(&what, words),
        Verdict::Note(words) => Group::Keys.warn(&what, words, "see \"Keys\" in docs/OPERATING.md"),
        Verdict::Wrong { reason, remedy } => Group::Keys.fail(&what, reason, remedy),
    }
}

fn secrets(settings: &Settings) -> Finding {
    let check = "webhook secret";
    let secrets = match webhook_secrets(settings) {
        Ok(secrets) => secrets,
        Err(error) => return Group::Keys.fail(check, error.to_string(), "put it back from your backup"),
    };
    let shortest = secrets.iter().map(|secret| secret.expose().chars().count()).min();
    match (secrets.len(), shortest) {
        (_, None) => Group::Keys.fail(check, "there is none, so nobody gets in", "mintmark-admin init"),
        (_, Some(length)) if length < SHORT => Group::Keys.warn(
            check,
            format!("it has {length} characters, which can be guessed"),
            "replace it by a longer one: mintmark-admin secret rotate",
        ),
        (1, Some(length)) => Group::Keys.pass(check, format!("one, of {length} characters")),
        (count, Some(length)) => {
            let words = format!("{count} are accepted, of {length} characters at least");
            let remedy = match settings.secrets_of(GENERATED_FOR) {
                [] => "once the store uses the new one: mintmark-admin secret rotate --finish",
                _ => "once the store uses the new one, take the old one out of sources.gumroad.secrets",
            };
            Group::Keys.warn(check, words, remedy)
        }
    }
}

/// It looks like a secret in force, and is none.
fn disused(settings: &Settings) -> Option<Finding> {
    let folder = DataFolder::at(&settings.data_dir);
    let is_configured = !settings.secrets_of(GENERATED_FOR).is_empty();
    (is_configured && folder.holds(WEBHOOK_SECRET)).then(|| {
        let path = folder.path(WEBHOOK_SECRET);
        let words = "secrets are set, so the generated one in the data folder opens no door";
        Group::Keys.warn("disused secret", words, format!("rm {}", path.display()))
    })
}
