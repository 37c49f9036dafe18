//! The power fails, and what was not synced is gone: of what was acknowledged, nothing is.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, ensure};

use crate::context::{Context, random_pause};
use crate::disk::Disk;
use crate::installation::Installation;
use crate::ledger::Ledger;
use crate::load::Load;
use crate::server::Server;
use crate::shims::Shim;
use crate::sink::Sink;

const LOAD: Load = Load { rate: 300, connections: 8, duplicates: 10, refunds: 10 };
const SHORTEST_LIFE: Duration = Duration::from_millis(700);
const LONGEST_LIFE: Duration = Duration::from_millis(2500);

/// The promise, and then that this very test would notice if it were broken.
pub(super) fn run(context: &Context<'_>) -> anyhow::Result<()> {
    let (sink, ledger) = (Sink::start()?, Arc::new(Ledger::default()));
    let mut installation = context.installation()?;
    installation.mail_to(&sink);
    let cuts = context.cycles(4, 100);
    let server = cut(context, &mut installation, &ledger, cuts)?;
    let summary = ledger.check(&installation, &sink, cuts)?;
    server.stop()?;
    context.figure(format!("{cuts} cuts"));
    context.figure(summary);
    context.figure(without_syncing_the_log(context)?);
    Ok(())
}

/// The same with a log that is synced at checkpoints only, which is what `synchronous=NORMAL` means.
fn without_syncing_the_log(context: &Context<'_>) -> anyhow::Result<String> {
    let (sink, ledger) = (Sink::start()?, Arc::new(Ledger::default()));
    let mut installation = context.installation()?;
    installation.mail_to(&sink);
    installation.set("MINTMARK_TEST_SHIM_UNSYNCED", "-wal");
    let _server = cut(context, &mut installation, &ledger, 1)?;
    let found = ledger.check(&installation, &sink, usize::MAX).err();
    let found = found.context("a log that is never synced lost nothing: this test cannot fail")?;
    let words = format!("{found:#}");
    ensure!(words.starts_with("A: ") && words.contains("are lost"), "the wrong promise was broken: {words}");
    Ok(format!("without syncing the log: {words}"))
}

/// Cuts the power so often. Answers the last server; all that was told is acknowledged.
fn cut(
    context: &Context<'_>,
    installation: &mut Installation<'_>,
    ledger: &Arc<Ledger>,
    cuts: usize,
) -> anyhow::Result<Server> {
    Shim::PowerCut.load(context, installation)?;
    let disk = Disk::watch(installation)?;
    let mut server = installation.start()?;
    let selling = LOAD.start(&installation.address(), ledger);
    for _ in 0..cuts {
        thread::sleep(random_pause(SHORTEST_LIFE, LONGEST_LIFE));
        server.kill()?;
        disk.recover()?;
        server = installation.start()?;
    }
    selling.finish()?;
    Ok(server)
}
