//! Thousands of failed rows replayed by two command lines at once, while sales arrive and the server restarts.

use std::fs;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, ensure};

use crate::command_lines::replay_failed;
use crate::context::{Context, Length};
use crate::installation::{Installation, PRODUCT};
use crate::ledger::Ledger;
use crate::load::{Load, Sale, Store};
use crate::measures::percentile;
use crate::server::Server;
use crate::sink::Sink;

const LOAD: Load = Load { rate: 200, connections: 8, duplicates: 5, refunds: 0 };
const RESTARTS: usize = 2;
/// The time to record, while all that goes on.
const LIVE: Duration = Duration::from_secs(1);
/// The same beside another run and whatever else this machine does during its checks.
const LIVE_IN_COMPANY: Duration = Duration::from_secs(2);

pub(super) fn run(context: &Context<'_>) -> anyhow::Result<()> {
    let (sink, ledger) = (Sink::start()?, Arc::new(Ledger::default()));
    let mut installation = context.installation()?;
    installation.mail_to(&sink);
    // How long an answer waits for a letter is not what is measured here.
    installation.set("MINTMARK_MAIL__WAIT", "0s");
    let failed = context.cycles(400, 10_000);
    fail(&installation, &ledger, failed)?;
    let server = installation.start()?;
    let live = Arc::new(Ledger::default());
    let selling = LOAD.start(&installation.address(), &live);
    let (replayed, server) = replay_during_restarts(&installation, server)?;
    thread::sleep(Duration::from_millis(500));
    selling.finish()?;
    let mut times = live.waits(200);
    let p99 = percentile(&mut times, 99);
    context
        .figure(format!("{failed} failed rows, {replayed} times replayed; live p99 {} ms", p99.as_millis()));
    let limit = if context.bench.length == Length::Long { LIVE } else { LIVE_IN_COMPANY };
    ensure!(p99 < limit, "live sales had to wait for {} ms", p99.as_millis());
    ensure!(replay_failed(&installation)? == 0, "a replay of what is done did something");
    ledger.absorb(&live);
    context.hasten(&installation)?;
    context.figure(ledger.check(&installation, &sink, 0)?);
    ensure!(server.stop()?.success(), "the server did not stop in good order");
    Ok(())
}

/// Two command lines do the same work at the same time.
fn replay_during_restarts(
    installation: &Installation<'_>,
    server: Server,
) -> anyhow::Result<(usize, Server)> {
    thread::scope(|scope| {
        let replays = [(); 2].map(|()| scope.spawn(|| replay_failed(installation)));
        let mut server = server;
        for _ in 0..RESTARTS {
            thread::sleep(Duration::from_millis(700));
            ensure!(server.stop()?.success(), "the server did not stop in good order");
            server = installation.start()?;
        }
        let ended = replays.map(|replay| replay.join().expect("a replay does not panic"));
        let replayed = ended.into_iter().sum::<anyhow::Result<usize>>()?;
        Ok((replayed, server))
    })
}

/// Sells what the catalog does not name; then the catalog names it.
fn fail(installation: &Installation<'_>, ledger: &Arc<Ledger>, count: usize) -> anyhow::Result<()> {
    let catalog = installation.folder().join("products.yaml");
    let right = fs::read_to_string(&catalog)?;
    fs::write(&catalog, right.replace(PRODUCT, "another product"))?;
    let server = installation.start()?;
    thread::scope(|scope| {
        let stores = [(); 8].map(|()| {
            scope.spawn(|| {
                let store = Store::new(&installation.address(), Arc::clone(ledger));
                (0..count / 8).all(|_| store.tell(&Sale::new()) == Some(200))
            })
        });
        stores.map(|store| store.join().unwrap_or_default())
    });
    ensure!(server.stop()?.success(), "the server did not stop in good order");
    let rows =
        installation.witness()?.number("SELECT count(*) AS value FROM conclusions WHERE NOT processed")?;
    ensure!(usize::try_from(rows)? == count / 8 * 8, "{rows} rows of {count} failed");
    fs::write(&catalog, right).context("cannot mend the catalog")
}
