//! A PostgreSQL that may forget: the operator's lax defaults are overruled, a database that cannot be durable is refused.

use std::time::Duration;

use anyhow::{Context as _, ensure};

use crate::context::Context;
use crate::database::Database;
use crate::installation::Installation;
use crate::ledger::Ledger;
use crate::load::{Sale, Store};
use crate::postgres_cluster::OwnCluster;
use crate::sink::Sink;
use std::sync::Arc;

/// A refusal to start comes within this time.
const AT_ONCE: Duration = Duration::from_secs(5);

pub(super) fn run(context: &Context<'_>) -> anyhow::Result<()> {
    let mut cluster = lax_default(context).context("synchronous_commit = off")?;
    cluster.become_standby()?;
    refused(context, &cluster, "read-only standby").context("a standby")?;
    drop(cluster);
    let cluster = OwnCluster::start(&["fsync=off"])?;
    refused(context, &cluster, "fsync = off").context("fsync = off")
}

/// What is acknowledged while commits are not waited for is lost when PostgreSQL is killed: its log's writer sleeps.
fn lax_default(context: &Context<'_>) -> anyhow::Result<OwnCluster> {
    let mut cluster = OwnCluster::start(&["wal_writer_delay=10000", "wal_writer_flush_after=100MB"])?;
    cluster.query("ALTER ROLE mintmark SET synchronous_commit = off")?;
    let (sink, ledger) = (Sink::start()?, Arc::new(Ledger::default()));
    let mut installation = Installation::open(&context.bench.binaries, Database::At(cluster.url()))?;
    installation.mail_to(&sink);
    let server = installation.start()?;
    let store = Store::new(&installation.address(), Arc::clone(&ledger));
    for _ in 0..context.cycles(3, 50) {
        for _ in 0..10 {
            ensure!(store.tell(&Sale::new()) == Some(200), "a sale is not taken");
        }
        cluster.restart_immediately()?;
        while store.tell(&Sale::new()) != Some(200) {}
    }
    let summary = ledger.check(&installation, &sink, 2 * context.cycles(3, 50))?;
    context.figure(summary);
    server.stop()?;
    Ok(cluster)
}

/// The server ends at once, with a failure, and says why.
fn refused(context: &Context<'_>, cluster: &OwnCluster, why: &str) -> anyhow::Result<()> {
    let installation = Installation::open(&context.bench.binaries, Database::At(cluster.url()))?;
    let mut server = installation.spawn()?;
    let status = server.end(AT_ONCE)?.context("the server goes on")?;
    ensure!(!status.success(), "the server ended as if all were well");
    let log = server.log()?;
    ensure!(log.contains(why), "the server does not name its reason:\n{log}");
    Ok(())
}
