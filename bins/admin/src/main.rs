//! `mintmark-admin`: sets an installation up, and looks after its licenses and keys.

mod alerts;
mod backup;
mod blob;
mod command_line;
mod config;
mod doctor;
mod erase;
mod failure;
mod import;
mod init;
mod key;
mod license;
mod mail;
mod mint;
mod operator;
mod products;
mod prune;
mod restore;
mod revocations;
mod secret;
mod source;

use clap::{CommandFactory as _, Parser as _};
use command_line::{Command, CommandLine};
use failure::{Ending, Failure};
use jiff::Timestamp;
use mintmark_fulfillment::{Error, Settings};
// Commands name these by `crate::`, as if they were of this program alone.
use mintmark_terminal::{confirm, moment, paper, report, sheet};
use std::process::ExitCode;

fn main() -> ExitCode {
    let command_line = CommandLine::parse();
    mintmark_terminal::print_warnings();
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
        Command::Backup(backup) => backup.run(load, now, &mut output),
        Command::Products(command) => command.run(&load()?, now, &mut output),
        Command::Restore(restore) => restore.run(&load()?, &mut output),
        Command::Doctor(doctor) => doctor.run(Settings::load(config), now, &mut output),
        Command::Init => init::run(config, now, &mut output),
        Command::Config(command) => command.run(&load()?, &mut output),
        Command::Import(import) => import.run(load()?, now, &mut output),
        Command::License(command) => command.run(load()?, now, &mut output),
        Command::Alerts(command) => command.run(load()?, now, &mut output),
        Command::Mail(command) => command.run(load()?, now, &mut output),
        Command::Mint(mint) => mint.run(load()?, now, &mut output),
        Command::Key(command) => command.run(load()?, now, &mut output),
        Command::Blob(command) => command.run(|| Ok(load()?), now, &mut output),
        Command::Revocations(revocations) => revocations.run(&load()?, &mut output),
        Command::Secret(command) => command.run(&load()?, now, &mut output),
        Command::Erase(erase) => erase.run(load()?, now, &mut output),
        Command::Prune(prune) => prune.run(load()?, now, &mut output),
        Command::Source(command) => command.run(&load()?, &mut output),
        Command::Completion(completion) => {
            completion.write(CommandLine::command(), &mut output)?;
            Ok(Ending::Done)
        }
        Command::Man(pages) => {
            pages.write(CommandLine::command())?;
            Ok(Ending::Done)
        }
    }
}
