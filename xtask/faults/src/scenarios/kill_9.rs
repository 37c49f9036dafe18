//! Killed at any moment, again and again, under load: nothing is lost, nothing is made twice.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crate::context::{Context, random_pause};
use crate::ledger::Ledger;
use crate::load::Load;
use crate::sink::Sink;

const LOAD: Load = Load { rate: 200, connections: 8, duplicates: 10, refunds: 10 };
const SHORTEST_LIFE: Duration = Duration::from_millis(50);
const LONGEST_LIFE: Duration = Duration::from_millis(1500);

/// Each life ends with `kill -9` at a random moment after its start, also before it is ready.
pub(super) fn run(context: &Context<'_>) -> anyhow::Result<()> {
    let (sink, ledger) = (Sink::start()?, Arc::new(Ledger::default()));
    let mut installation = context.installation()?;
    installation.mail_to(&sink);
    // The first start makes what later ones need.
    let mut server = installation.start()?;
    let selling = LOAD.start(&installation.address(), &ledger);
    let kills = context.cycles(10, 200);
    for _ in 0..kills {
        thread::sleep(random_pause(SHORTEST_LIFE, LONGEST_LIFE));
        server.kill()?;
        server = installation.spawn()?;
    }
    server.await_readiness()?;
    selling.finish()?;
    let summary = ledger.check(&installation, &sink, kills)?;
    context.figure(format!("{kills} kills"));
    context.figure(summary);
    server.stop()?;
    Ok(())
}
