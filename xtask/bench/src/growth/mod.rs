//! What a log costs that has grown: throughput, start and a question on databases of so many rows.

mod postgres;
mod sqlite;

use crate::child::Server;
use crate::figures::Figures;
use crate::ground::{Ground, Home, Running};
use crate::load::Orders;
use crate::rounds::{Length, MAIN_LOAD};
use crate::statistics::median;
use crate::subject::{Database, Mail};
use anyhow::{Context, ensure};
use serde::Serialize;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::Stdio;
use std::time::{Duration, Instant};

/// Rows that a maintainer has to look at, among all the others.
const FAILED: u64 = 20;
/// How often the question is asked; the median counts.
const QUESTIONS: usize = 5;
/// With more rows than this, bodies and blobs are short, so that ten million of them fit on a disk.
const MOST_WITH_WHOLE_BODIES: u64 = 2_000_000;

/// Our server on a database that had so many rows at first.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Growth {
    pub(crate) database: String,
    pub(crate) rows: u64,
    pub(crate) body_bytes: usize,
    pub(crate) fill_seconds: f64,
    /// From the start of the process to readiness.
    pub(crate) start_to_ready_ms: Option<f64>,
    /// `mintmark-replay list --failed`, from the start of the process to its end.
    pub(crate) list_failed_ms: Option<f64>,
    /// Over 64 connections.
    pub(crate) figures: Figures,
}

/// What rows are filled with.
#[derive(Debug, Clone, Copy)]
struct Fill {
    rows: u64,
    failed: u64,
    body_bytes: usize,
    blob_bytes: usize,
}

/// A database of one size, and what was measured on it so far.
struct Grown {
    fill: Fill,
    fill_seconds: f64,
    home: Home,
    starts: Vec<f64>,
    rounds: Vec<Figures>,
}

/// All sizes are filled first; then they are measured in rounds.
pub(crate) fn measure(
    ground: &Ground,
    database: Database,
    sizes: &[u64],
    length: Length,
) -> anyhow::Result<Vec<Growth>> {
    let filled: anyhow::Result<Vec<Grown>> =
        sizes.iter().map(|rows| Grown::fill(ground, database, *rows)).collect();
    let mut filled = filled?;
    for round in 0..length.rounds {
        let mut measured = Vec::new();
        for grown in filled {
            measured.push(grown.measure(ground, u64::from(round), length.duration)?);
        }
        filled = measured;
    }
    filled.into_iter().map(|grown| grown.conclude(ground, database)).collect()
}

impl Fill {
    fn new(rows: u64) -> Self {
        let is_short = rows > MOST_WITH_WHOLE_BODIES;
        let (body_bytes, blob_bytes) = if is_short { (128, 96) } else { (1024, 300) };
        Self { rows, failed: if rows == 0 { 0 } else { FAILED }, body_bytes, blob_bytes }
    }
}

impl Grown {
    /// The server makes the tables, then SQL fills them.
    fn fill(ground: &Ground, database: Database, rows: u64) -> anyhow::Result<Self> {
        println!("    filling {database} with {rows} rows");
        let home = ground.home(Some(database))?;
        let command = ground.mintmark_server(&home, Mail::Provider)?;
        let home = Running::start(command, home)?.stop();
        let (fill, begun) = (Fill::new(rows), Instant::now());
        if rows > 0 {
            match home.postgres() {
                Some(postgres) => postgres::fill(postgres, fill)?,
                None => sqlite::fill(&home.sqlite_file(), fill)?,
            }
        }
        let fill_seconds = begun.elapsed().as_secs_f64();
        Ok(Self { fill, fill_seconds, home, starts: Vec::new(), rounds: Vec::new() })
    }

    fn measure(self, ground: &Ground, round: u64, duration: Duration) -> anyhow::Result<Self> {
        let Self { home, mut starts, mut rounds, .. } = self;
        println!("    {} rows: round {}", self.fill.rows, round + 1);
        starts.push(start_to_ready(ground, &home)?.as_secs_f64() * 1000.0);
        let running = Running::start(ground.mintmark_server(&home, Mail::Provider)?, home)?;
        let before = running.usage();
        let (sample, _) = running.load(MAIN_LOAD, duration).run(Orders::new(round))?;
        rounds.push(Figures::new(&sample, before, running.usage()));
        Ok(Self { home: running.stop(), starts, rounds, ..self })
    }

    fn conclude(self, ground: &Ground, database: Database) -> anyhow::Result<Growth> {
        let questions: anyhow::Result<Vec<f64>> =
            (0..QUESTIONS).map(|_| list_failed(ground, &self.home, self.fill.failed)).collect();
        Ok(Growth {
            database: database.to_string(),
            rows: self.fill.rows,
            body_bytes: self.fill.body_bytes,
            fill_seconds: self.fill_seconds,
            start_to_ready_ms: median(self.starts),
            list_failed_ms: median(questions?),
            figures: Figures::median(&self.rounds),
        })
    }
}

fn start_to_ready(ground: &Ground, home: &Home) -> anyhow::Result<Duration> {
    let mut command = ground.mintmark_server(home, Mail::Provider)?;
    let (address, log) = (home.address(), home.folder().join("start.log"));
    let begun = Instant::now();
    let mut server = Server::start(&mut command, &log)?;
    server.wait_until(|| is_ready(address))?;
    Ok(begun.elapsed())
}

fn is_ready(address: SocketAddr) -> bool {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(Duration::from_secs(1)))?;
        stream.write_all(b"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| answer.starts_with("HTTP/1.1 200 "))
}

fn list_failed(ground: &Ground, home: &Home, expected: u64) -> anyhow::Result<f64> {
    let mut command = ground.mintmark("mintmark-replay", home)?;
    let begun = Instant::now();
    let output = command.args(["list", "--failed", "--json"]).stdin(Stdio::null()).output();
    let output = output.context("cannot start mintmark-replay")?;
    let took = begun.elapsed();
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let listed = output.stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count();
    ensure!(u64::try_from(listed)? == expected, "{listed} rows are listed instead of {expected}");
    Ok(took.as_secs_f64() * 1000.0)
}
