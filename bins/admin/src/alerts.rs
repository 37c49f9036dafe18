//! `mintmark-admin alerts`: what needs a person, and whether that would be told.

use crate::failure::{Ending, Failure};
use crate::paper::{Paper, wrap};
use clap::{Args, Subcommand};
use jiff::Timestamp;
use mintmark_fulfillment::{Alert, Fulfillment, Records, Role, Settings, printable};
use mintmark_terminal::say;
use std::io::Write;

const INDENT: &str = "    ";
/// Lines for a person are not longer, however wide the terminal is.
const WIDEST: usize = 100;

const AFTER_LIST: &str = "\
Examples:
  mintmark-admin alerts list
  mintmark-admin alerts list --all --json

A running server looks every minute. Who is told is set in [alerts].";

const AFTER_TEST: &str = "\
Examples:
  mintmark-admin alerts test
  mintmark-admin alerts test --config /etc/mintmark/mintmark.toml

Sends a digest that says that it is a test, by alerts.to and alerts.webhook.
Exits with 1 if one of them did not take it.";

#[derive(Debug, Subcommand)]
pub(crate) enum AlertsCommand {
    List(List),
    Test(Test),
}

/// Lists what needs a person now, newest first, with the command that helps
#[derive(Debug, Args)]
#[command(after_help = AFTER_LIST)]
pub(crate) struct List {
    /// Also what was over in the last 30 days
    #[arg(long)]
    all: bool,
    /// Print JSON Lines, one alert a line
    #[arg(long)]
    json: bool,
}

/// Sends a test by mail and webhook, as they are configured
#[derive(Debug, Args)]
#[command(after_help = AFTER_TEST)]
pub(crate) struct Test;

impl AlertsCommand {
    pub(crate) fn run(
        &self,
        settings: Settings,
        now: Timestamp,
        output: &mut dyn Write,
    ) -> Result<Ending, Failure> {
        match self {
            Self::List(list) => list.run(&Records::open(&settings)?, output),
            Self::Test(Test) => test(&Fulfillment::open(settings, Role::Tool, now)?, now, output),
        }
    }
}

impl List {
    fn run(&self, records: &Records, output: &mut dyn Write) -> Result<Ending, Failure> {
        let mut alerts = records.alerts()?;
        alerts.retain(|alert| self.all || alert.resolved_at.is_none());
        if alerts.is_empty() && !self.json {
            say("nothing needs you");
        }
        let width = Paper::of_stdout().width.unwrap_or(WIDEST).min(WIDEST);
        for alert in &alerts {
            match self.json {
                true => writeln!(output, "{}", Records::alert_json(alert))?,
                false => output.write_all(shown(alert, width).as_bytes())?,
            }
        }
        Ok(Ending::Done)
    }
}

fn shown(alert: &Alert, width: usize) -> String {
    let mut text = format!("{}\n", printable(&Records::alert_title(alert)));
    let words = printable(&alert.condition.words);
    for line in wrap(&words, width.saturating_sub(INDENT.len())) {
        text.push_str(&format!("{INDENT}{line}\n"));
    }
    let time = |time: Timestamp| time.strftime("%Y-%m-%d %H:%M UTC").to_string();
    let until = alert.resolved_at.map(|at| format!(", over since {}", time(at))).unwrap_or_default();
    let told: Vec<&str> = alert.told.iter().map(|told| told.channel.as_str()).collect();
    let told =
        if told.is_empty() { "not told yet".to_owned() } else { format!("told by {}", told.join(", ")) };
    text.push_str(&format!("{INDENT}since {}{until}; {told}\n", time(alert.first_at)));
    // Whole, to be copied.
    text.push_str(&format!("{INDENT}{}\n", printable(&alert.condition.command)));
    text
}

fn test(fulfillment: &Fulfillment, now: Timestamp, output: &mut dyn Write) -> Result<Ending, Failure> {
    let tried = fulfillment.test_alerts(now)?;
    if tried.is_empty() {
        let nobody = "nobody would be told: set alerts.to or alerts.webhook, or read the log";
        return Err(Failure::Usage(nobody));
    }
    let mut ending = Ending::Done;
    for tried in tried {
        match tried.failure {
            None => writeln!(output, "{}  told", tried.channel)?,
            Some(reason) => {
                ending = Ending::SomeFailed;
                writeln!(output, "{}  not told: {}", tried.channel, printable(&reason))?;
            }
        }
    }
    Ok(ending)
}
