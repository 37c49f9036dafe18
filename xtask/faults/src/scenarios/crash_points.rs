//! Dead at each named place, at its first passage, its second and so on: whatever was half done is finished, once.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};

use crate::context::Context;
use crate::installation::Installation;
use crate::ledger::Ledger;
use crate::load::Load;
use crate::sink::Sink;

/// In the order in which one sale passes them.
const PLACES: [&str; 9] = [
    "after-body",
    "before-commit",
    "after-commit",
    "after-record",
    "after-issue",
    "before-answer",
    "before-send",
    "after-send",
    "after-finish",
];

const LOAD: Load = Load { rate: 100, connections: 4, duplicates: 10, refunds: 10 };
/// A place that is not passed within this time is not where it is said to be.
const PASSED_WITHIN: Duration = Duration::from_secs(30);

pub(super) fn run(context: &Context<'_>) -> anyhow::Result<()> {
    let (sink, ledger) = (Sink::start()?, Arc::new(Ledger::default()));
    let mut installation = context.installation()?;
    installation.mail_to(&sink);
    installation.start()?.stop()?;
    let passages = context.cycles(2, 20);
    for place in PLACES {
        for passage in 1..=passages {
            die_at(place, passage, &mut installation, &ledger)
                .with_context(|| format!("at passage {passage} of {place}"))?;
        }
    }
    installation.unset("MINTMARK_TEST_CRASH_AT");
    let server = installation.start()?;
    // Only who dies between the provider's word and its own leaves a letter of which it cannot know.
    let summary = ledger.check(&installation, &sink, passages)?;
    server.stop()?;
    context.figure(format!("{} places, {} deaths", PLACES.len(), PLACES.len() * passages));
    context.figure(summary);
    Ok(())
}

/// Sells until the server dies there; then one that lives takes what the store tells again.
fn die_at(
    place: &str,
    passage: usize,
    installation: &mut Installation<'_>,
    ledger: &Arc<Ledger>,
) -> anyhow::Result<()> {
    installation.set("MINTMARK_TEST_CRASH_AT", &format!("{place}:{passage}"));
    // It may die before it is ready, by the transactions of its start or the letters of the one before.
    let mut doomed = installation.spawn()?;
    let selling = LOAD.start(&installation.address(), ledger);
    let status = doomed.end(PASSED_WITHIN)?.context("the server passed it and lives")?;
    ensure!(status.code().is_none(), "the server ended with {status}:\n{}", doomed.log()?);
    installation.unset("MINTMARK_TEST_CRASH_AT");
    let server = installation.start()?;
    selling.finish()?;
    server.kill()
}
