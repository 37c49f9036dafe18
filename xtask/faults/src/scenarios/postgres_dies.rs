//! PostgreSQL killed, cut off, swallowed and frozen under load: each sale is refused in time or kept.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use xtask::process::wait_for;

use crate::context::Context;
use crate::database::Database;
use crate::installation::Installation;
use crate::ledger::{Ledger, Summary};
use crate::load::Load;
use crate::postgres_cluster::{OwnCluster, url_at};
use crate::proxy::{Proxy, Weather};
use crate::sink::Sink;

const LOAD: Load = Load { rate: 100, connections: 16, duplicates: 5, refunds: 0 };
/// Between two faults.
const CALM: Duration = Duration::from_millis(700);
/// Longer than a store waits, so that every telling in it has to be answered before its end.
const LONG_ENOUGH: Duration = Duration::from_millis(5_500);
/// By then a store has its answer, and this machine has noticed it.
const LATEST_ANSWER: Duration = Duration::from_millis(4_200);
/// By then sales are taken again once the database is back.
const LATEST_RECOVERY: Duration = Duration::from_secs(5);
/// What one server may hold at any time, the connections of stuck threads included.
const MOST_CONNECTIONS: usize = 24;

/// One way to lose a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    RestartedImmediately,
    BackendKilled,
    SessionEnded,
    Slowed,
    CutOff,
    Swallowed,
    Frozen,
}

const FAULTS: [Fault; 7] = [
    Fault::RestartedImmediately,
    Fault::BackendKilled,
    Fault::SessionEnded,
    Fault::Slowed,
    Fault::CutOff,
    Fault::Swallowed,
    Fault::Frozen,
];

/// The server speaks to its database through a proxy; an onlooker does not.
pub(super) fn run(context: &Context<'_>) -> anyhow::Result<()> {
    let mut cluster = OwnCluster::start(&[])?;
    let proxy = Proxy::before(cluster.address())?;
    let (sink, ledger) = (Sink::start()?, Arc::new(Ledger::default()));
    let mut installation = Installation::open(&context.bench.binaries, Database::At(cluster.url()))?;
    installation.mail_to(&sink);
    installation.set("MINTMARK_DATABASE__URL", &url_at(proxy.address()));
    let server = installation.start()?;
    let selling = LOAD.start(&installation.address(), &ledger);
    let mut recoveries = Vec::new();
    let rounds = context.cycles(1, 10);
    for fault in FAULTS.iter().cycle().take(rounds * FAULTS.len()) {
        thread::sleep(CALM);
        fault.strike(&mut cluster, &proxy)?;
        let recovery = await_recovery(&ledger).with_context(|| format!("after {fault:?}"))?;
        let clients = cluster.clients()?;
        ensure!(clients <= MOST_CONNECTIONS, "{fault:?} left {clients} connections");
        recoveries.push(recovery);
    }
    selling.finish()?;
    context.hasten(&installation)?;
    // A letter whose sending could not be written down may go out twice, by each of two workers.
    let summary = ledger.check(&installation, &sink, 2 * recoveries.len())?;
    context.figure(format!("recovered within {} ms", recoveries.iter().max().map_or(0, Duration::as_millis)));
    context.figure(format!("at most {} connections", proxy.most_open()));
    judge(&summary, &proxy)?;
    context.figure(summary);
    ensure!(server.stop()?.success(), "the server did not stop in good order");
    Ok(())
}

fn judge(summary: &Summary, proxy: &Proxy) -> anyhow::Result<()> {
    let Summary { unanswered, slowest, .. } = summary;
    ensure!(*unanswered == 0, "{unanswered} tellings were not answered at all");
    ensure!(*slowest <= LATEST_ANSWER, "an answer took {} ms", slowest.as_millis());
    ensure!(proxy.most_open() <= MOST_CONNECTIONS, "{} connections were open at once", proxy.most_open());
    Ok(())
}

impl Fault {
    /// Returns when the database is back.
    fn strike(self, cluster: &mut OwnCluster, proxy: &Proxy) -> anyhow::Result<()> {
        match self {
            Self::RestartedImmediately => cluster.restart_immediately(),
            Self::BackendKilled => cluster.kill_one_backend(),
            Self::SessionEnded => cluster.terminate_one_backend(),
            Self::Slowed => {
                proxy.set(Weather::Slow(Duration::from_millis(10)));
                thread::sleep(Duration::from_secs(1));
                proxy.set(Weather::Clear);
                Ok(())
            }
            Self::CutOff => {
                proxy.set(Weather::Refusing);
                proxy.close_all();
                thread::sleep(Duration::from_secs(1));
                proxy.set(Weather::Clear);
                Ok(())
            }
            Self::Swallowed => {
                proxy.set(Weather::BlackHole);
                thread::sleep(LONG_ENOUGH);
                proxy.set(Weather::Clear);
                Ok(())
            }
            Self::Frozen => {
                let frozen = cluster.freeze()?;
                thread::sleep(LONG_ENOUGH);
                drop(frozen);
                Ok(())
            }
        }
    }
}

/// How long it takes until sales are taken at their old pace.
fn await_recovery(ledger: &Ledger) -> anyhow::Result<Duration> {
    let (begin, before) = (Instant::now(), ledger.acknowledged());
    wait_for("sales that are taken again", Duration::from_secs(30), || {
        Ok((ledger.acknowledged() > before + 20).then_some(()))
    })?;
    let took = begin.elapsed();
    ensure!(took <= LATEST_RECOVERY, "it took {} ms to recover", took.as_millis());
    Ok(took)
}
