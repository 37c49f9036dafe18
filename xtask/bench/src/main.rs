//! `mintmark-bench`: how fast Mintmark is, beside what the machine can do and beside a peer, in one run.

#![expect(clippy::print_stdout, reason = "a measurement tells a person at a terminal what it does")]

mod arguments;
mod child;
mod commits;
mod figures;
mod ground;
mod json;
mod load;
mod plan;
mod postgres;
mod rounds;
mod servers;
mod statistics;
mod subject;
mod table;
mod targets;
mod usage;

use arguments::Arguments;
use clap::Parser;
use ground::Ground;

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    match arguments.part {
        Some(part) => servers::run(part),
        None => measure(&arguments),
    }
}

fn measure(arguments: &Arguments) -> anyhow::Result<()> {
    let mut ground = Ground::prepare()?;
    let rows = plan::measure_servers(&mut ground, arguments)?;
    let targets = targets::of_servers(&rows);
    println!("\n{}", table::table(&rows));
    for target in &targets {
        println!("{target}");
    }
    if let Some(path) = &arguments.json {
        std::fs::write(path, serde_json::to_string_pretty(&json::document(arguments, &rows, &targets))?)?;
    }
    Ok(())
}
