//! `mintmark-admin doctor`: whether the whole way from a sale to a letter would work.

mod report;

use crate::failure::{Ending, Failure};
use crate::paper::Paper;
use clap::Args;
use jiff::Timestamp;
use mintmark_fulfillment::doctor::{Finding, Scope, State, examine, of_problems};
use mintmark_fulfillment::{Address, Problems, Settings};
use std::io::Write;

const AFTER_HELP: &str = "\
Examples:
  mintmark-admin doctor
  mintmark-admin doctor --send you@example.com
  mintmark-admin doctor --offline --json | jq 'select(.state == \"fail\")'

It works beside a running server and without one, and changes nothing. Exit codes: 0 nothing failed, though there may be
warnings; 1 something failed.";

/// Looks at every part of the installation on its live configuration, and says what to do about what is wrong
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct DoctorCommand {
    /// Send a test letter there, and say what the provider answers
    #[arg(long, value_name = "ADDRESS", value_parser = Address::parse, conflicts_with = "offline")]
    send: Option<Address>,
    /// Ask nobody over the network: neither the public address, nor the mail provider, nor the store
    #[arg(long)]
    offline: bool,
    /// Print one line of JSON for each thing that was looked at
    #[arg(long)]
    json: bool,
}

impl DoctorCommand {
    pub(crate) fn run(
        &self,
        settings: Result<Settings, Problems>,
        now: Timestamp,
        output: &mut dyn Write,
    ) -> Result<Ending, Failure> {
        let scope = Scope { offline: self.offline, send: self.send.clone() };
        let findings = match &settings {
            Ok(settings) => examine(settings, &scope, now),
            Err(problems) => of_problems(problems),
        };
        if self.json {
            print_json(&findings, output)?;
        } else {
            output.write_all(report::render(&findings, Paper::of_stdout()).as_bytes())?;
        }
        let has_failed = findings.iter().any(|finding| finding.state == State::Fail);
        Ok(if has_failed { Ending::SomeFailed } else { Ending::Done })
    }
}

fn print_json(findings: &[Finding], output: &mut dyn Write) -> Result<(), Failure> {
    for finding in findings {
        serde_json::to_writer(&mut *output, finding).map_err(std::io::Error::from)?;
        writeln!(output)?;
    }
    Ok(())
}
