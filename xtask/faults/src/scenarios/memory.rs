//! A flood of sales: what the server holds in memory does not grow with them.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::ensure;

use crate::binaries::Profile;
use crate::context::{Context, Length};
use crate::ledger::Ledger;
use crate::load::Load;
use crate::measures::{Memory, mebibytes};
use crate::sink::Sink;

/// More than this machine can take, from as many sides as there are.
const FLOOD: Load = Load { rate: 100_000, connections: 64, duplicates: 0, refunds: 0 };
/// A server that has nothing to do, in KiB. Of a build for developers the program itself is left out.
const IDLE: u64 = 30 * 1024;
/// By so much of what it holds it may grow between two looks, and by so many KiB on top.
const GROWTH_PERCENT: u64 = 10;
const GROWTH: u64 = 4 * 1024;
/// Up to so many KiB caches and buffers fill once and stay: SQLite's pages of the writer alone take 16 MiB.
const CACHES: u64 = 40 * 1024;

pub(super) fn run(context: &Context<'_>) -> anyhow::Result<()> {
    let (sink, ledger) = (Sink::start()?, Arc::new(Ledger::default()));
    let mut installation = context.installation()?;
    installation.mail_to(&sink);
    // Nobody waits for letters, so that they pile up as high as they can.
    installation.set("MINTMARK_MAIL__WAIT", "0s");
    let server = installation.start()?;
    let idle = Memory::of(server.process_id())?;
    let flood = FLOOD.start(&installation.address(), &ledger);
    let window = Duration::from_secs(if context.bench.length == Length::Long { 300 } else { 3 });
    let mut held = Vec::new();
    for _ in 0..3 {
        thread::sleep(window);
        held.push(Memory::of(server.process_id())?.own);
    }
    let told = ledger.acknowledged();
    flood.finish()?;
    let grown: Vec<String> = held.iter().copied().map(mebibytes).collect();
    context.figure(format!(
        "idle {}, under the flood {}; {told} sales",
        mebibytes(idle.resident),
        grown.join(" then ")
    ));
    let idle = if context.bench.profile == Profile::Release { idle.resident } else { idle.own };
    ensure!(idle < IDLE, "an idle server holds {}", mebibytes(idle));
    let limit = (held[1] + held[1] * GROWTH_PERCENT / 100 + GROWTH).max(CACHES);
    ensure!(held[2] <= limit, "the server grew under the flood: {}", grown.join(" then "));
    server.kill()?;
    Ok(())
}
