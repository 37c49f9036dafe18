//! Two hundred deliveries of one order at the same moment: one license, one letter, two hundred rows.

use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use anyhow::ensure;

use crate::context::Context;
use crate::installation::Installation;
use crate::ledger::Ledger;
use crate::load::{Sale, Store};
use crate::sink::Sink;

const TWINS: usize = 200;

pub(super) fn run(context: &Context<'_>) -> anyhow::Result<()> {
    let (sink, ledger) = (Sink::start()?, Arc::new(Ledger::default()));
    let mut installation = context.installation()?;
    installation.mail_to(&sink);
    let mut server = installation.start()?;
    for _ in 0..context.cycles(2, 50) {
        told_at_once(&installation, &ledger)?;
        let telling = TellingAnyway::begin(&installation, &ledger);
        thread::sleep(Duration::from_millis(30));
        server.kill()?;
        server = installation.start()?;
        telling.finish()?;
    }
    context.hasten(&installation)?;
    let summary = ledger.check(&installation, &sink, context.cycles(2, 50))?;
    let orders = 2 * context.cycles(2, 50);
    ensure!(summary.licenses == orders, "{} licenses for {orders} orders", summary.licenses);
    context.figure(summary);
    server.stop()?;
    Ok(())
}

/// Each is answered 200 at its first try, and has a row of its own.
fn told_at_once(installation: &Installation<'_>, ledger: &Arc<Ledger>) -> anyhow::Result<()> {
    let before = rows(installation)?;
    let statuses = TellingOnce::begin(installation, ledger).finish();
    ensure!(
        statuses.iter().all(|status| *status == Some(200)),
        "not all twins are answered 200: {statuses:?}"
    );
    let rows = rows(installation)? - before;
    ensure!(rows == i64::try_from(TWINS)?, "{TWINS} twins became {rows} rows");
    Ok(())
}

fn rows(installation: &Installation<'_>) -> anyhow::Result<i64> {
    installation.witness()?.number("SELECT count(*) AS value FROM deliveries")
}

/// Each twin is told once.
struct TellingOnce(Vec<thread::JoinHandle<Option<u16>>>);

/// Each twin is told until it is acknowledged, as a store does that finds the server gone.
struct TellingAnyway(Vec<thread::JoinHandle<bool>>);

impl TellingOnce {
    fn begin(installation: &Installation<'_>, ledger: &Arc<Ledger>) -> Self {
        Self(at_the_same_moment(installation, ledger, |store, twin| store.tell(twin)))
    }

    fn finish(self) -> Vec<Option<u16>> {
        self.0.into_iter().map(|twin| twin.join().unwrap_or_default()).collect()
    }
}

impl TellingAnyway {
    fn begin(installation: &Installation<'_>, ledger: &Arc<Ledger>) -> Self {
        Self(at_the_same_moment(installation, ledger, |store, twin| {
            (0..200).any(|_| {
                let acknowledged = store.tell(twin) == Some(200);
                if !acknowledged {
                    thread::sleep(Duration::from_millis(100));
                }
                acknowledged
            })
        }))
    }

    fn finish(self) -> anyhow::Result<()> {
        let told = self.0.into_iter().filter_map(|twin| twin.join().ok()).filter(|told| *told).count();
        ensure!(told == TWINS, "only {told} of {TWINS} twins were acknowledged in the end");
        Ok(())
    }
}

/// One order, told by as many connections, half of them as a first try and half as a retry.
fn at_the_same_moment<T: Send + 'static>(
    installation: &Installation<'_>,
    ledger: &Arc<Ledger>,
    tell: fn(&Store, &Sale) -> T,
) -> Vec<thread::JoinHandle<T>> {
    let (first, start) = (Sale::new(), Arc::new(Barrier::new(TWINS)));
    let twins = (0..TWINS).map(|number| {
        let twin = if number % 2 == 0 { first.clone() } else { first.again() };
        let store = Store::new(&installation.address(), Arc::clone(ledger));
        let start = Arc::clone(&start);
        thread::spawn(move || {
            start.wait();
            tell(&store, &twin)
        })
    });
    twins.collect()
}
