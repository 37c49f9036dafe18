//! `mintmark-bench`: how fast Mintmark is, beside what the machine can do and beside a peer, in one run.

#![expect(clippy::print_stdout, reason = "a measurement tells a person at a terminal what it does")]

mod child;
mod figures;
mod ground;
mod json;
mod load;
mod postgres;
mod rounds;
mod servers;
mod statistics;
mod subject;
mod table;
mod usage;

use clap::Parser;
use ground::Ground;
use rounds::{Length, Rows};
use servers::Part;
use std::path::PathBuf;
use std::time::Duration;
use subject::{Database, Mail, Subject};

#[derive(Debug, Parser)]
#[command(name = "cargo xtask bench", args_conflicts_with_subcommands = true)]
#[command(about = "Measure our server beside the limits of this machine and beside a peer")]
struct Arguments {
    /// Write the results into this file too, as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// How long each measurement takes, besides a fifth of that before it
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// How often each is measured; the medians count
    #[arg(long, default_value_t = 3)]
    rounds: u32,
    /// How many stores send at once
    #[arg(long, value_delimiter = ',', default_values_t = [1, 16, 64, 256])]
    connections: Vec<usize>,
    /// Measure only what is named so, or begins so
    #[arg(long, num_args = 1.., value_name = "NAME")]
    only: Vec<String>,
    #[command(subcommand)]
    part: Option<Part>,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    match arguments.part {
        Some(part) => servers::run(part),
        None => measure(&arguments),
    }
}

fn measure(arguments: &Arguments) -> anyhow::Result<()> {
    let ground = Ground::prepare()?;
    let length = Length { rounds: arguments.rounds, duration: Duration::from_secs_f64(arguments.seconds) };
    let mut rows = Rows::default();
    let subjects: Vec<Subject> = all(&ground)
        .into_iter()
        .filter(|subject| {
            let name = subject.to_string();
            arguments.only.is_empty() || arguments.only.iter().any(|only| name.starts_with(only))
        })
        .collect();
    for connections in &arguments.connections {
        rows.measure(&ground, &subjects, *connections, length)?;
    }
    println!("\n{}", table::table(&rows));
    if let Some(path) = &arguments.json {
        std::fs::write(path, serde_json::to_string_pretty(&json::rows(&rows))?)?;
    }
    Ok(())
}

fn all(ground: &Ground) -> Vec<Subject> {
    let mut subjects = vec![Subject::Bare];
    for database in [Database::Sqlite, Database::Postgres] {
        if database == Database::Postgres && !ground.has_postgres() {
            println!("    SKIPPED: PostgreSQL, because there is none");
            continue;
        }
        subjects.extend([
            Subject::Limit(database),
            Subject::Mintmark(database, Mail::Provider),
            Subject::Mintmark(database, Mail::Folder),
        ]);
    }
    subjects
}
