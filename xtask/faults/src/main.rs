//! Breaks the real server in every way that we know, and counts what is lost: `cargo xtask faults`.

#![expect(clippy::print_stdout, reason = "it tells a person at a terminal what it did")]

mod binaries;
mod canary;
mod command_lines;
mod context;
mod database;
mod disk;
mod doubles;
mod installation;
mod ledger;
mod load;
mod measures;
mod postgres_cluster;
mod proxy;
mod raw_http;
mod refusal;
mod report;
mod scenarios;
mod server;
mod shims;
mod sink;
mod slow_clients;

use std::process::ExitCode;

use anyhow::ensure;
use clap::Parser;

use binaries::{Binaries, Profile};
use context::{Bench, Length};
use database::Kind;
use report::Report;
use scenarios::Scenario;
use xtask::postgres;

#[derive(Debug, Parser)]
#[command(name = "cargo xtask faults", about = "Break the real server, and count what is lost")]
struct Arguments {
    /// Take the time that certainty needs; without it every scenario takes seconds
    #[arg(long)]
    long: bool,
    /// Run this scenario, by number or name; may be given several times
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Say what there is, and run nothing
    #[arg(long)]
    list: bool,
    /// How often a scenario that repeats something does so
    #[arg(long, value_name = "N")]
    cycles: Option<usize>,
    /// How long the soak lasts
    #[arg(long, value_name = "SECONDS")]
    seconds: Option<u64>,
    /// Where chance begins; printed by every run, so that it can be had again
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
    /// How many scenarios run at a time: most of them mostly wait
    #[arg(long, value_name = "N", default_value_t = 4)]
    jobs: usize,
    /// Use release builds of the binaries
    #[arg(long)]
    release: bool,
}

fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let chosen = choose(&arguments.only)?;
    if arguments.list {
        chosen.iter().for_each(|scenario| println!("{scenario}"));
        return Ok(ExitCode::SUCCESS);
    }
    let seed = arguments.seed.unwrap_or_else(|| fastrand::u64(..));
    println!("seed {seed}");
    let profile = if arguments.release { Profile::Release } else { Profile::Dev };
    let bench = Bench {
        binaries: Binaries::build(profile)?,
        profile,
        postgres: if needs_postgres(&chosen) { postgres::supply()? } else { None },
        length: if arguments.long { Length::Long } else { Length::Short },
        cycles: arguments.cycles,
        seconds: arguments.seconds,
        seed,
    };
    Ok(Report::of(&chosen, &bench, arguments.jobs).conclude())
}

fn needs_postgres(chosen: &[&Scenario]) -> bool {
    chosen.iter().any(|scenario| scenario.databases.kinds().contains(&Kind::Postgres))
}

/// All of them, or those that were named.
fn choose(names: &[String]) -> anyhow::Result<Vec<&'static Scenario>> {
    for name in names {
        ensure!(
            scenarios::ALL.iter().any(|scenario| scenario.is_called(name)),
            "there is no scenario {name}"
        );
    }
    let chosen = |scenario: &&Scenario| names.is_empty() || names.iter().any(|name| scenario.is_called(name));
    Ok(scenarios::ALL.iter().filter(chosen).collect())
}
