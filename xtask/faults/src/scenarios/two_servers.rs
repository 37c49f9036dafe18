//! A second server on one SQLite file is refused; the command lines work beside the first.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::ensure;
use xtask::process::output;

use crate::context::Context;
use crate::installation::Installation;
use crate::ledger::Ledger;
use crate::load::Load;
use crate::refusal::Refusal;
use crate::sink::Sink;

const LOAD: Load = Load { rate: 100, connections: 4, duplicates: 10, refunds: 10 };

pub(super) fn run(context: &Context<'_>) -> anyhow::Result<()> {
    let (sink, ledger) = (Sink::start()?, Arc::new(Ledger::default()));
    let mut installation = context.installation()?;
    installation.mail_to(&sink);
    let server = installation.start()?;
    let selling = LOAD.start(&installation.address(), &ledger);
    let tries = context.cycles(3, 50);
    for _ in 0..tries {
        thread::sleep(Duration::from_millis(200));
        refused(&mut installation)?;
        read_and_replay(&installation)?;
    }
    selling.finish()?;
    let summary = ledger.check(&installation, &sink, 0)?;
    ensure!(
        summary.refused == 0,
        "{} tellings were refused by the server that was there first",
        summary.refused
    );
    server.stop()?;
    installation.start()?.stop()?;
    context.figure(format!("{tries} second servers"));
    context.figure(summary);
    Ok(())
}

/// On another port, so that it is the database and not the address that refuses.
fn refused(installation: &mut Installation<'_>) -> anyhow::Result<()> {
    let first = installation.address();
    installation.set("MINTMARK_HTTP__BIND", &format!("127.0.0.1:{}", xtask::port::free()?));
    let refusal = Refusal::of(installation);
    installation.set("MINTMARK_HTTP__BIND", &first);
    refusal?.says(&["another server runs on", "mintmark.db"])
}

fn read_and_replay(installation: &Installation<'_>) -> anyhow::Result<()> {
    let listed = output(installation.program("mintmark-replay").args(["list", "--json", "--limit", "3"]))?;
    ensure!(listed.lines().count() == 3, "the command line lists {listed:?}");
    output(installation.program("mintmark-replay").args(["run", "1"]))?;
    output(installation.program("mintmark-admin").args(["license", "list", "--json"]))?;
    Ok(())
}
