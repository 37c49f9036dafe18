//! The disk is full for a while: the store is told to come again, in time; what is there can be read; and when there is
//! space again, nobody has to do anything.

use std::fs;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use xtask::process::{output, wait_for};

use crate::context::{Context, Length};
use crate::installation::Installation;
use crate::ledger::Ledger;
use crate::load::Load;
use crate::server::Server;
use crate::shims::Shim;
use crate::sink::Sink;

const LOAD: Load = Load { rate: 100, connections: 4, duplicates: 10, refunds: 0 };
/// What lies before the end of the log can still be written, so the last space is used up first.
const FULL_WITHIN: Duration = Duration::from_secs(30);
const NOTICED_WITHIN: Duration = Duration::from_secs(5);
/// A refusal comes in time, or the store does not hear it.
const ANSWERED_WITHIN: Duration = Duration::from_secs(4);

pub(super) fn run(context: &Context<'_>) -> anyhow::Result<()> {
    let (sink, ledger) = (Sink::start()?, Arc::new(Ledger::default()));
    let mut installation = context.installation()?;
    installation.mail_to(&sink);
    Shim::FullDisk.load(context, &mut installation)?;
    let full = installation.folder().join("full");
    installation.set("MINTMARK_TEST_SHIM_FOLDER", &installation.data_folder().display().to_string());
    installation.set("MINTMARK_TEST_SHIM_FULL", &full.display().to_string());
    let server = installation.start()?;
    let selling = LOAD.start(&installation.address(), &ledger);
    thread::sleep(Duration::from_secs(1));
    fs::write(&full, "")?;
    let refused = be_full(context, &installation, &server, &ledger)?;
    fs::remove_file(&full)?;
    wait_for("recovery", Duration::from_secs(10), || Ok((server.readiness() == Some(200)).then_some(())))?;
    selling.finish()?;
    let summary = ledger.check(&installation, &sink, 0)?;
    ensure!(summary.unanswered == 0, "{} tellings had no answer", summary.unanswered);
    ensure!(summary.slowest <= ANSWERED_WITHIN, "an answer took {:?}", summary.slowest);
    ensure!(!server.log()?.contains("panicked"), "the server panicked");
    server.stop()?;
    context.figure(format!("{refused} refused while the disk was full"));
    context.figure(summary);
    Ok(())
}

/// Answers how many tellings were refused meanwhile.
fn be_full(
    context: &Context<'_>,
    installation: &Installation<'_>,
    server: &Server,
    ledger: &Ledger,
) -> anyhow::Result<usize> {
    wait_for("the first refusal", FULL_WITHIN, || Ok((ledger.refused() > 0).then_some(())))?;
    thread::sleep(match context.bench.length {
        Length::Short => Duration::from_secs(2),
        Length::Long => Duration::from_secs(60),
    });
    // A write as small as that of the check may find room after a delivery does not.
    wait_for("/readyz to notice", NOTICED_WITHIN, || Ok((server.readiness() == Some(503)).then_some(())))?;
    let listed = output(installation.program("mintmark-replay").args(["list", "--json", "--limit", "5"]))
        .context("a full disk keeps the command line from reading")?;
    ensure!(listed.lines().count() == 5, "the command line lists {listed:?}");
    Ok(ledger.refused())
}
