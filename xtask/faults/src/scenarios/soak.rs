//! A long steady load: memory, open files and the log of the database stay as they are.

use std::fs;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};

use crate::context::{Context, Length};
use crate::database::{self, Kind};
use crate::installation::Installation;
use crate::ledger::Ledger;
use crate::load::Load;
use crate::server::Server;
use crate::sink::Sink;

const LOAD: Load = Load { rate: 50, connections: 8, duplicates: 10, refunds: 10 };
/// Caches and stacks fill at first; from then on nothing may grow.
const WARM: f64 = 0.4;
const LARGEST_LOG: u64 = 64 * 1024 * 1024;
/// A tenth, and in a short run what a page or a thread more or less makes.
const SLACK_KIB: u64 = 2 * 1024;
/// Connections come and go.
const SPARE_FILES: usize = 12;

pub(super) fn run(context: &Context<'_>) -> anyhow::Result<()> {
    let time = Duration::from_secs(context.bench.seconds.unwrap_or(match context.bench.length {
        Length::Short => 15,
        Length::Long => 3600,
    }));
    let (sink, ledger) = (Sink::start()?, Arc::new(Ledger::default()));
    let mut installation = context.installation()?;
    installation.mail_to(&sink);
    let server = installation.start()?;
    let selling = LOAD.start(&installation.address(), &ledger);
    thread::sleep(time.mul_f64(WARM));
    let warm = Usage::of(&server)?;
    let largest_log = watch_the_log(&installation, context.kind, time.mul_f64(1.0 - WARM))?;
    let end = Usage::of(&server)?;
    selling.finish()?;
    let summary = ledger.check(&installation, &sink, 0)?;
    server.stop()?;
    context.figure(format!("{} s", time.as_secs()));
    context.figure(format!("{} to {} KiB, {} to {} files", warm.memory, end.memory, warm.files, end.files));
    context.figure(format!("log up to {} KiB", largest_log / 1024));
    context.figure(&summary);
    ensure!(end.memory <= warm.memory * 11 / 10 + SLACK_KIB, "memory grew");
    ensure!(end.files <= warm.files + SPARE_FILES, "open files grew");
    ensure!(largest_log <= LARGEST_LOG, "the log grew to {largest_log} bytes");
    ensure!(summary.refused + summary.unanswered == 0, "not every telling was acknowledged");
    Ok(())
}

/// What the process holds.
#[derive(Clone, Copy, Debug)]
struct Usage {
    /// In KiB.
    memory: u64,
    files: usize,
}

impl Usage {
    fn of(server: &Server) -> anyhow::Result<Self> {
        let process = format!("/proc/{}", server.process_id());
        let status = fs::read_to_string(format!("{process}/status")).context("there is no /proc here")?;
        let memory = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        let memory = memory.trim().trim_end_matches(" kB").parse()?;
        Ok(Self { memory, files: fs::read_dir(format!("{process}/fd"))?.count() })
    }
}

/// Answers the most bytes that the log of an SQLite database had.
fn watch_the_log(installation: &Installation<'_>, kind: Kind, time: Duration) -> anyhow::Result<u64> {
    let mut log = database::file(&installation.data_folder()).into_os_string();
    log.push("-wal");
    let (start, mut largest) = (Instant::now(), 0);
    while start.elapsed() < time {
        if kind == Kind::Sqlite {
            largest = largest.max(fs::metadata(&log)?.len());
        }
        thread::sleep(Duration::from_millis(100));
    }
    Ok(largest)
}
