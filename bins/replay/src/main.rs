//! `mintmark-replay`: reads the audit log, and fulfills again what failed.

mod command_line;
mod correct;
mod dismiss;
mod export;
mod failure;
mod filters;
mod import;
mod list;
mod operator;
mod pages;
mod reasons;
mod reconcile;
mod run;
mod show;
mod verify;

use clap::{CommandFactory as _, Parser as _};
use command_line::{Command, CommandLine};
use failure::{Ending, Failure};
use jiff::Timestamp;
use mintmark_fulfillment::{AuditLog, Error, Fulfillment, Records, Role, Settings};
// Commands name these by `crate::`, as if they were of this program alone.
use mintmark_terminal::{confirm, moment, paper};
use paper::Paper;
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
    let load = || Settings::load(command_line.config.as_deref()).map_err(Error::from);
    let mut output = std::io::stdout().lock();
    match command_line.command {
        Command::List(list) => {
            list.run(&Records::open(&load()?)?, Timestamp::now(), Paper::of_stdout(), &mut output)
        }
        Command::Show(show) => show.run(&Records::open(&load()?)?, Paper::of_stdout(), &mut output),
        Command::Run(run) => {
            let wanted = run.wanted(Timestamp::now())?;
            let fulfillment = Fulfillment::open(load()?, Role::Tool, Timestamp::now())?;
            run.run(&fulfillment, wanted, Timestamp::now, &mut output)
        }
        Command::Import(import) => {
            let fulfillment = Fulfillment::open(load()?, Role::Tool, Timestamp::now())?;
            import.run(&fulfillment, Timestamp::now, &mut output)
        }
        Command::Export(export) => export.run(&Records::open(&load()?)?, Timestamp::now(), &mut output),
        Command::Verify(verify) => {
            let noted = verify.noted()?;
            verify.run(&AuditLog::open(&load()?)?, &noted, &mut output)
        }
        Command::Correct(correct) => {
            let now = Timestamp::now();
            correct.run(&Fulfillment::open(load()?, Role::Tool, now)?, now, &mut output)
        }
        Command::Dismiss(dismiss) => {
            let now = Timestamp::now();
            dismiss.run(&Fulfillment::open(load()?, Role::Tool, now)?, now, &mut output)
        }
        Command::Reconcile(reconcile) => {
            let now = Timestamp::now();
            reconcile.run(&Fulfillment::open(load()?, Role::Tool, now)?, now, &mut output)
        }
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
