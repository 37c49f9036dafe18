//! A key that is missing, unreadable, no key, or another one: nothing starts, and nothing is minted under a new one.

use std::fs;
use std::sync::Arc;

use anyhow::{Context as _, ensure};

use crate::context::Context;
use crate::installation::Installation;
use crate::ledger::Ledger;
use crate::load::{Sale, Store};
use crate::refusal::Refusal;
use crate::sink::Sink;

/// Those without which no license can be made again, or taken back.
const KEYS: [&str; 4] = ["signing-key.pk8", "revocation-key.pk8", "license-key-secret", "audit-key"];

pub(super) fn run(context: &Context<'_>) -> anyhow::Result<()> {
    let (sink, ledger) = (Sink::start()?, Arc::new(Ledger::default()));
    let mut installation = context.installation()?;
    installation.mail_to(&sink);
    let server = installation.start()?;
    let store = Store::new(&installation.address(), Arc::clone(&ledger));
    ensure!(store.tell(&Sale::new()) == Some(200), "the first sale is not taken");
    for key in KEYS {
        vanishes_at_run_time(&installation, key, &store).with_context(|| format!("{key} vanishes"))?;
    }
    server.stop()?;
    for key in KEYS {
        missing(&installation, key).with_context(|| format!("{key} is missing"))?;
        no_key(&installation, key).with_context(|| format!("{key} is no key"))?;
        another_one(context, &installation, key).with_context(|| format!("{key} is another one"))?;
    }
    let server = installation.start()?;
    ensure!(store.tell(&Sale::new()) == Some(200), "the right keys are back, and a sale is not taken");
    context.figure(ledger.check(&installation, &sink, 0)?);
    server.stop()?;
    Ok(())
}

/// A server that runs has its keys in memory: what is told is taken, and minted with them.
fn vanishes_at_run_time(installation: &Installation<'_>, key: &str, store: &Store) -> anyhow::Result<()> {
    with_key(installation, key, None, || {
        ensure!(store.tell(&Sale::new()) == Some(200), "a sale is not taken");
        Ok(())
    })
}

fn missing(installation: &Installation<'_>, key: &str) -> anyhow::Result<()> {
    with_key(installation, key, None, || {
        Refusal::of(installation)?.says(&["missing", key])?;
        ensure!(!installation.data_folder().join(key).exists(), "a new key was made");
        Ok(())
    })
}

fn no_key(installation: &Installation<'_>, key: &str) -> anyhow::Result<()> {
    for bytes in [&b""[..], b"not a key\n", &[0; 83]] {
        with_key(installation, key, Some(bytes), || Refusal::of(installation)?.says(&["damaged", key]))?;
    }
    Ok(())
}

fn another_one(context: &Context<'_>, installation: &Installation<'_>, key: &str) -> anyhow::Result<()> {
    let stranger = context.installation()?;
    stranger.start()?.stop()?;
    let theirs = fs::read(stranger.data_folder().join(key))?;
    with_key(installation, key, Some(&theirs), || Refusal::of(installation)?.says(&["was used with", key]))
}

/// Puts other bytes in a key's place, or nothing, and puts the key back whatever happens.
fn with_key(
    installation: &Installation<'_>,
    key: &str,
    bytes: Option<&[u8]>,
    act: impl FnOnce() -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let path = installation.data_folder().join(key);
    // A file that is made anew could be read by others, which is refused before it is looked at.
    let aside = path.with_extension("aside");
    fs::copy(&path, &aside)?;
    match bytes {
        Some(bytes) => fs::write(&path, bytes)?,
        None => fs::remove_file(&path)?,
    }
    let result = act();
    fs::rename(&aside, &path)?;
    result
}
