//! `mintmark-bench`: how fast Mintmark is, beside what the machine can do and beside a peer, in one run.

#![expect(clippy::print_stdout, reason = "a measurement tells a person at a terminal what it does")]

mod arguments;
mod child;
mod commits;
mod figures;
mod ground;
mod growth;
mod json;
mod library;
mod load;
mod machine;
mod plan;
mod plot;
mod postgres;
mod replay;
mod results;
mod rounds;
mod servers;
mod statistics;
mod subject;
mod table;
mod targets;
mod usage;

use arguments::Arguments;
use clap::Parser;
use results::Results;
use std::fs;

fn main() -> anyhow::Result<()> {
    let mut arguments = Arguments::parse();
    if let Some(part) = arguments.part.take() {
        return servers::run(part);
    }
    let results = plan::measure(&arguments)?;
    println!("\n{}", table::of(&results));
    write_files(&arguments, &results)
}

fn write_files(arguments: &Arguments, results: &Results) -> anyhow::Result<()> {
    if let Some(path) = &arguments.json {
        fs::write(path, serde_json::to_string_pretty(&json::document(arguments, results))?)?;
    }
    if let Some(path) = &arguments.plot {
        fs::write(path, plot::svg(&results.rows))?;
    }
    Ok(())
}
