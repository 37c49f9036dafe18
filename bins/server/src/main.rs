//! `mintmark-server`: receives webhooks, mints and mails licenses. Everything it does is in `mintmark-fulfillment`.

mod command_line;
mod descriptors;
mod door;
mod edge;
mod greeting;
mod health;
mod logs;
mod metrics;
mod refresh;
mod revocations;
mod serve;
mod stop;
mod webhooks;

use crate::metrics::Metrics;
use clap::{CommandFactory as _, Parser as _};
use command_line::{Command, CommandLine};
use mintmark_fulfillment::{Error, Settings};
use std::process::ExitCode;
use stop::Ended;

/// Wrong usage or configuration: nothing was started.
const MISCONFIGURED: u8 = 2;

fn main() -> ExitCode {
    let command_line = CommandLine::parse();
    if let Some(command) = command_line.command {
        return tell(&command);
    }
    logs::start();
    let metrics = Metrics::new();
    std::panic::set_hook(Box::new(edge::panic::log_without_payload(metrics.panics())));
    let settings = match Settings::load(command_line.config.as_deref()) {
        Ok(settings) => settings,
        Err(problems) => return refuse(&Error::from(problems)),
    };
    match serve::run(settings, metrics) {
        Ok(Ended::Asked) => ExitCode::SUCCESS,
        Ok(Ended::DatabaseFailed) => ExitCode::FAILURE,
        Err(error) => refuse(&error),
    }
}

/// What an installation is made with, in place of serving.
#[expect(clippy::print_stderr, reason = "the last words of a program that cannot write")]
fn tell(command: &Command) -> ExitCode {
    let told = match command {
        Command::Completion(completion) => completion.write(CommandLine::command(), &mut std::io::stdout()),
        Command::Man(pages) => pages.write(CommandLine::command()),
    };
    match told {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Says what is wrong to whoever started the program, who may not read JSON logs.
#[expect(clippy::print_stderr, reason = "the last words of a program that cannot start")]
fn refuse(error: &Error) -> ExitCode {
    eprintln!("mintmark-server cannot start:\n{error}");
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        eprintln!("  because: {error}");
        cause = error.source();
    }
    ExitCode::from(if error.is_configuration() { MISCONFIGURED } else { 1 })
}
