//! Replay: deliveries of a product that no catalog knows, fulfilled once it does.

use crate::figures::Figures;
use crate::ground::{Ground, Running};
use crate::load::{Load, Orders, Wanted};
use crate::statistics::number;
use crate::subject::{Database, Mail};
use anyhow::{Context, ensure};
use serde::Serialize;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Stores that send meanwhile: as many as a busy day has, not as many as the machine can take.
const LIVE_CONNECTIONS: usize = 16;
/// What is not replayed by then is not worth waiting for.
const LONGEST: Duration = Duration::from_secs(600);

/// How fast rows are replayed, and what live deliveries notice of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Replay {
    pub(crate) database: String,
    pub(crate) rows: u64,
    /// How fast the same deliveries came in, over 64 connections, with nothing minted.
    pub(crate) unmapped_accepted_per_second: f64,
    pub(crate) replayed_per_second: f64,
    /// While 16 stores go on sending.
    pub(crate) replayed_per_second_beside_ingest: f64,
    /// What these stores see.
    pub(crate) ingest_meanwhile: Figures,
}

/// Twice so many rows: half of them replayed alone, the other half beside live deliveries.
pub(crate) fn measure(ground: &Ground, database: Database, rows: u64) -> anyhow::Result<Replay> {
    let home = ground.home(Some(database))?;
    home.write_catalog("another-product")?;
    let command = ground.mintmark_server(&home, Mail::Provider)?;
    let running = Running::start(command, home)?;
    let unmapped = Load {
        wanted: Wanted::Recorded,
        warm_up: Duration::ZERO,
        ..running.load(crate::rounds::MAIN_LOAD, LONGEST)
    };
    let (ingested, _) = unmapped.run(Orders::only(1, 2 * rows))?;
    ensure!(ingested.errors == 0, "{} unmapped deliveries were refused", ingested.errors);
    running.home().write_catalog(crate::load::PRODUCT)?;
    running.reload()?;
    let alone = replay(ground, &running, rows)?;
    let (beside, ingest_meanwhile) = beside_ingest(ground, &running, rows)?;
    let rate = |took: Duration| number(usize::try_from(rows).unwrap_or(usize::MAX)) / took.as_secs_f64();
    Ok(Replay {
        database: database.to_string(),
        rows,
        unmapped_accepted_per_second: ingested.accepted_per_second(),
        replayed_per_second: rate(alone),
        replayed_per_second_beside_ingest: rate(beside),
        ingest_meanwhile,
    })
}

fn beside_ingest(ground: &Ground, running: &Running, rows: u64) -> anyhow::Result<(Duration, Figures)> {
    let stop = Arc::new(AtomicBool::new(false));
    let live =
        Load { warm_up: Duration::ZERO, stop: Arc::clone(&stop), ..running.load(LIVE_CONNECTIONS, LONGEST) };
    std::thread::scope(|scope| {
        let ingest = scope.spawn(move || {
            let before = running.usage();
            let (sample, _) = live.run(Orders::new(2))?;
            anyhow::Ok(Figures::new(&sample, before, running.usage()))
        });
        let took = replay(ground, running, rows);
        stop.store(true, Ordering::Relaxed);
        let figures = ingest.join().map_err(|_| anyhow::anyhow!("the generator panicked"))??;
        Ok((took?, figures))
    })
}

/// The time that the program takes for so many rows, its start included.
fn replay(ground: &Ground, running: &Running, rows: u64) -> anyhow::Result<Duration> {
    let mut command = ground.mintmark("mintmark-replay", running.home())?;
    command.args(["run", "--failed", "--yes", "--limit", &rows.to_string()]);
    let begun = Instant::now();
    end_well(&mut command)?;
    Ok(begun.elapsed())
}

fn end_well(command: &mut Command) -> anyhow::Result<()> {
    let output = command.stdin(Stdio::null()).output().context("cannot start mintmark-replay")?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "mintmark-replay ended with {}\n{complaint}", output.status);
    Ok(())
}
