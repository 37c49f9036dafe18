//! A panic in the handler, in the writer, in a worker of the outbox: it costs one answer, and everything goes on.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use xtask::process::wait_for;

use crate::context::Context;
use crate::installation::Installation;
use crate::ledger::Ledger;
use crate::load::Load;
use crate::sink::Sink;

const LOAD: Load = Load { rate: 100, connections: 4, duplicates: 5, refunds: 0 };
/// Places, and who is there. Each panics three times in a row: a thread that has to be replaced is replaced again.
const PLACES: [(&str, &str); 6] = [
    ("after-body", "the handler, before the record"),
    ("after-record", "the handler, after the record"),
    ("before-commit", "the writer"),
    ("after-commit", "the writer, with everything on disk"),
    ("before-send", "a worker, before the provider is asked"),
    ("after-send", "a worker, after the provider has accepted"),
];
const PANICS: usize = 3;

pub(super) fn run(context: &Context<'_>) -> anyhow::Result<()> {
    for (place, who) in PLACES {
        survive(context, place).with_context(|| format!("in {who} ({place})"))?;
    }
    context.figure(format!("{} places, {PANICS} panics each", PLACES.len()));
    Ok(())
}

fn survive(context: &Context<'_>, place: &str) -> anyhow::Result<()> {
    let (sink, ledger) = (Sink::start()?, Arc::new(Ledger::default()));
    let mut installation = context.installation()?;
    installation.mail_to(&sink);
    // The first passages belong to the start, which is not what is tried here.
    let panics: Vec<String> = (0..PANICS).map(|number| format!("{place}:{}", 20 + number)).collect();
    installation.set("MINTMARK_TEST_PANIC_AT", &panics.join(","));
    let server = installation.start()?;
    let selling = LOAD.start(&installation.address(), &ledger);
    await_panics(&installation)?;
    selling.finish()?;
    // A claim that went down with its worker runs out, and then there is a doubt to be settled.
    context.hasten(&installation)?;
    let summary = ledger.check(&installation, &sink, PANICS)?;
    ensure!(summary.unanswered == 0, "{} tellings were not answered at all", summary.unanswered);
    // One transaction may hold what each connection has told.
    let most = PANICS * usize::try_from(LOAD.connections)?;
    ensure!(summary.refused <= most, "{} tellings were refused", summary.refused);
    ensure!(server.readiness() == Some(200), "the server is not ready any more");
    ensure!(server.stop()?.success(), "the server did not stop in good order");
    Ok(())
}

/// The log says where each was, and what it said stays unsaid.
fn await_panics(installation: &Installation<'_>) -> anyhow::Result<()> {
    let mut panicked = 0;
    let waited = wait_for("the panics", Duration::from_secs(60), || {
        panicked = installation.logs()?.matches("\"message\":\"panicked\"").count();
        Ok((panicked >= PANICS).then_some(()))
    });
    waited.with_context(|| format!("{panicked} of {PANICS} panics were logged"))
}
