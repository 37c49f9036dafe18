//! `mintmark-admin`: sets an installation up, and looks after its licenses and keys.

mod blob;
mod command_line;
mod config;
mod confirm;
mod failure;
mod init;
mod key;
mod license;
mod mint;
mod paper;
mod prune;
mod revocations;
mod secret;
mod sheet;
mod source;

use clap::Parser as _;
use command_line::{Command, CommandLine};
use failure::{Ending, Failure};
use jiff::Timestamp;
use mintmark_fulfillment::{Error, Settings};
use std::io::IsTerminal as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    let command_line = CommandLine::parse();
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::WARN)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .without_time()
        .with_target(false)
        .init();
    match execute(command_line) {
        Ok(ending) => ending.into(),
        Err(failure) => failure.report(),
    }
}

fn execute(command_line: CommandLine) -> Result<Ending, Failure> {
    let config = command_line.config.as_deref();
    let load = || Settings::load(config).map_err(Error::from);
    let mut output = std::io::stdout().lock();
    let now = Timestamp::now();
    match command_line.command {
        Command::Init => init::run(config, now, &mut output),
        Command::Config(command) => command.run(&load()?, &mut output),
        Command::License(command) => command.run(load()?, now, &mut output),
        Command::Mint(mint) => mint.run(load()?, now, &mut output),
        Command::Key(command) => command.run(load()?, now, &mut output),
        Command::Blob(command) => command.run(|| Ok(load()?), now, &mut output),
        Command::Revocations(revocations) => revocations.run(&load()?, &mut output),
        Command::Secret(command) => command.run(&load()?, &mut output),
        Command::Prune(prune) => prune.run(load()?, now, &mut output),
        Command::Source(command) => command.run(&load()?, &mut output),
    }
}
