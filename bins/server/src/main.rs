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
use clap::Parser as _;
use command_line::CommandLine;
use mintmark_fulfillment::{Error, Settings};
use std::process::ExitCode;
use stop::Ended;

/// Wrong usage or configuration: nothing was started.
const MISCONFIGURED: u8 = 2;

fn main() -> ExitCode {
    let command_line = CommandLine::parse();
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
