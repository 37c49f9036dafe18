//! Somebody else holds the database: for a moment, which only delays; for longer, which the store is told in time.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::ensure;

use crate::context::Context;
use crate::database::Lock;
use crate::installation::Installation;
use crate::ledger::{Ledger, Summary};
use crate::load::Load;
use crate::sink::Sink;

const LOAD: Load = Load { rate: 50, connections: 16, duplicates: 10, refunds: 0 };
/// The store gives up after five seconds; this leaves one for the way.
const ANSWERED_WITHIN: Duration = Duration::from_millis(4_200);

pub(super) fn run(context: &Context<'_>) -> anyhow::Result<()> {
    let short = hold(context, Duration::from_secs(1))?;
    ensure!(short.refused == 0, "a lock of a second had {} tellings refused", short.refused);
    let long = hold(context, Duration::from_secs(10))?;
    ensure!(long.refused > 0, "a lock of ten seconds had nothing refused: it was none");
    context.figure(format!("1 s: {short}"));
    context.figure(format!("10 s: {long}"));
    Ok(())
}

fn hold(context: &Context<'_>, time: Duration) -> anyhow::Result<Summary> {
    let (sink, ledger) = (Sink::start()?, Arc::new(Ledger::default()));
    let mut installation = context.installation()?;
    installation.mail_to(&sink);
    let server = installation.start()?;
    let selling = LOAD.start(&installation.address(), &ledger);
    lock_for(&installation, time)?;
    thread::sleep(Duration::from_millis(500));
    selling.finish()?;
    let summary = ledger.check(&installation, &sink, 0)?;
    ensure!(summary.unanswered == 0, "{} tellings had no answer", summary.unanswered);
    ensure!(summary.slowest <= ANSWERED_WITHIN, "an answer took {:?}", summary.slowest);
    server.stop()?;
    Ok(summary)
}

fn lock_for(installation: &Installation<'_>, time: Duration) -> anyhow::Result<()> {
    thread::sleep(Duration::from_millis(500));
    let lock = Lock::take(installation.witness()?)?;
    thread::sleep(time);
    lock.release()
}
