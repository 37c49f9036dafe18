//! The n-th sync or write of the database fails: nothing is acknowledged by a commit that failed, and the process ends,
//! because only another one can know what is on the disk.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};

use crate::context::{Context, Length};
use crate::database;
use crate::installation::Installation;
use crate::ledger::Ledger;
use crate::load::Load;
use crate::shims::Shim;
use crate::sink::Sink;

const LOAD: Load = Load { rate: 100, connections: 4, duplicates: 10, refunds: 0 };
/// From the failed call to the end of the process.
const ENDED_WITHIN: Duration = Duration::from_secs(10);
/// A call that is not reached within this time is beyond the last one.
const REACHED_WITHIN: Duration = Duration::from_secs(30);

pub(super) fn run(context: &Context<'_>) -> anyhow::Result<()> {
    let (sink, ledger) = (Sink::start()?, Arc::new(Ledger::default()));
    let mut installation = context.installation()?;
    installation.mail_to(&sink);
    installation.start()?.stop()?;
    let calls = calls(context);
    for call in &calls {
        fail(context, call, &mut installation, &ledger).with_context(|| format!("when {call} failed"))?;
    }
    let server = installation.start()?;
    let summary = ledger.check(&installation, &sink, calls.len())?;
    server.stop()?;
    context.figure(format!("{} failed calls", calls.len()));
    context.figure(summary);
    Ok(())
}

/// The first ones belong to the start of a server, the later ones to its work.
fn calls(context: &Context<'_>) -> Vec<String> {
    let numbers: Vec<usize> = match context.bench.length {
        Length::Short => vec![1, 2, 3, 7, 20],
        Length::Long => (1..=200).collect(),
    };
    let of = |kind: &'static str| numbers.iter().map(move |number| format!("{kind}:{number}"));
    of("sync").chain(of("write")).collect()
}

/// Sells until the call has failed and the server has ended; then another one takes what the store tells again.
fn fail(
    context: &Context<'_>,
    call: &str,
    installation: &mut Installation<'_>,
    ledger: &Arc<Ledger>,
) -> anyhow::Result<()> {
    let told = installation.folder().join("told");
    Shim::InputOutputError.load(context, installation)?;
    let file = database::file(&installation.data_folder());
    installation.set("MINTMARK_TEST_SHIM_FILE", &file.display().to_string());
    installation.set("MINTMARK_TEST_SHIM_FAIL", call);
    installation.set("MINTMARK_TEST_SHIM_TOLD", &told.display().to_string());
    let mut server = installation.spawn()?;
    let selling = LOAD.start(&installation.address(), ledger);
    xtask::process::wait_for("the call that fails", REACHED_WITHIN, || Ok(told.exists().then_some(())))?;
    let status = server.end(ENDED_WITHIN)?.context("the server goes on as if nothing had been")?;
    ensure!(status.code().is_some_and(|code| code != 0), "the server ended with {status}");
    ensure!(!server.log()?.contains("panicked"), "the server panicked:\n{}", server.log()?);
    fs::remove_file(told)?;
    Shim::unload(installation);
    let server = installation.start()?;
    selling.finish()?;
    server.stop()?;
    Ok(())
}
