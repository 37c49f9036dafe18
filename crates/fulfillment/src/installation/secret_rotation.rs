//! Rotating the generated webhook secret: two are accepted until the store uses the new one.

use super::{DataFolder, GENERATED_FOR, StoredSecret, WEBHOOK_SECRET};
use crate::Error;
use crate::settings::Settings;
use jiff::{SignedDuration, Timestamp};
use mintmark_adapters::WebhookSecret;
use mintmark_storage::{Access, Store};

/// A store repeats a delivery for as long, with the address that it had at first.
const REPEATS: SignedDuration = SignedDuration::from_mins(15);
/// A running server has taken the file up by then; before, it calls the old one the newest.
const TAKEN_UP: SignedDuration = SignedDuration::from_secs(30);
/// What a delivery says of the secret it came with, the newest first.
const LABELS: [&str; 2] = ["primary", "secondary"];

/// What became of a rotation that was asked for.
#[derive(Debug)]
pub enum SecretRotation {
    /// This is the secret now; the one before is accepted beside it.
    Begun(WebhookSecret),
    /// The secrets are set by hand, and nothing was changed. Here is one to set.
    Configured {
        /// One that nobody has.
        suggestion: WebhookSecret,
        /// How many are set.
        count: usize,
    },
}

/// Whether the old secret may go although something speaks against it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Farewell {
    /// Only once deliveries come with the new one, and none any more with the old one.
    Careful,
    /// At once.
    Forced,
}

/// Generates another secret, and has both accepted. A running server takes them up by itself.
///
/// # Errors
/// There is no such source with a secret of our making, none has been made, or another rotation is not finished.
pub fn rotate_secret(settings: &Settings, source: &str, now: Timestamp) -> Result<SecretRotation, Error> {
    refuse_other(source)?;
    let configured = settings.secrets_of(GENERATED_FOR);
    if !configured.is_empty() {
        let suggestion = WebhookSecret::generate()?;
        return Ok(SecretRotation::Configured { suggestion, count: configured.len() });
    }
    let folder = DataFolder::at(&settings.data_dir);
    let stored = StoredSecret::read(&folder)?.ok_or(NONE)?;
    if stored.old.is_some() {
        return Err(Error::Rotating(
            "an earlier rotation is not finished; once Gumroad uses the new secret: \
             mintmark-admin secret rotate --finish"
                .to_owned(),
        ));
    }
    let rotated = stored.rotated(now)?;
    rotated.write(&folder)?;
    Ok(SecretRotation::Begun(rotated.newest))
}

/// Has the old secret accepted no longer.
///
/// # Errors
/// No rotation was begun, or deliveries come with the old one, or none with the new one.
pub fn finish_secret(
    settings: &Settings,
    source: &str,
    farewell: Farewell,
    now: Timestamp,
) -> Result<(), Error> {
    refuse_other(source)?;
    let folder = DataFolder::at(&settings.data_dir);
    if !settings.secrets_of(GENERATED_FOR).is_empty() {
        return Err(Error::Rotating(
            "the secrets are set in sources.gumroad.secrets or GUMROAD_WEBHOOK_SECRET: take the old one out there, \
             and restart"
                .to_owned(),
        ));
    }
    let stored = StoredSecret::read(&folder)?.ok_or(NONE)?;
    let Some(old) = &stored.old else {
        let words =
            format!("no rotation was begun: {} has one secret", folder.path(WEBHOOK_SECRET).display());
        return Err(Error::Rotating(words));
    };
    if farewell == Farewell::Careful {
        refuse_early(settings, old.rotated_at, now)?;
    }
    stored.finished().write(&folder)
}

const NONE: Error = Error::Address("there is no webhook secret yet; `mintmark-admin init` makes one");

fn refuse_other(source: &str) -> Result<(), Error> {
    match source {
        GENERATED_FOR => Ok(()),
        other => Err(Error::NotFound { what: "source with a secret of ours:", id: other.to_owned() }),
    }
}

/// Whoever has not been told the new one yet is locked out, and what it sends is lost.
fn refuse_early(settings: &Settings, rotated_at: Timestamp, now: Timestamp) -> Result<(), Error> {
    let store = Store::open(&settings.database_url(), Access::Tool)?;
    let newest = |label, since| store.newest_with_secret(GENERATED_FOR, label, since);
    let [new, old] = LABELS;
    if let Some(at) = newest(old, rotated_at)?.filter(|at| now.duration_since(*at) < REPEATS) {
        let minutes = now.duration_since(at).as_mins();
        return Err(Error::Rotating(format!(
            "a delivery came with the old secret {minutes} minutes ago; give the store the new ping URL (mintmark-admin \
             secret show), wait until 15 minutes have passed without one, or --force"
        )));
    }
    let since = rotated_at.saturating_add(TAKEN_UP).unwrap_or(rotated_at);
    if newest(new, since)?.is_none() {
        return Err(Error::Rotating(
            "no delivery has come with the new secret yet; give the store the new ping URL (mintmark-admin secret show) \
             and wait for a sale, or --force"
                .to_owned(),
        ));
    }
    Ok(())
}
