//! `key check`: whether the keys are as they should be.

use crate::failure::{Ending, Failure};
use clap::Args;
use mintmark_fulfillment::{Finding, Settings, Verdict, check_keys, printable};
use serde_json::json;
use std::io::Write;

const AFTER_HELP: &str = "\
Examples:
  mintmark-admin key check
  mintmark-admin key check --json";

/// Looks whether the key files are there, whole, for their owner alone, and the ones that the database knows
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Check {
    /// Print one line of JSON for each thing that was looked at
    #[arg(long)]
    json: bool,
}

impl Check {
    pub(super) fn run(&self, settings: &Settings, output: &mut dyn Write) -> Result<Ending, Failure> {
        let findings = check_keys(settings)?;
        let widest = findings.iter().map(|finding| finding.what.len()).max().unwrap_or_default();
        for finding in &findings {
            let line = if self.json { as_json(finding) } else { words(finding, widest) };
            writeln!(output, "{line}")?;
        }
        let is_wrong = |finding: &Finding| matches!(finding.verdict, Verdict::Wrong { .. });
        Ok(if findings.iter().any(is_wrong) { Ending::SomeFailed } else { Ending::Done })
    }
}

fn as_json(Finding { what, verdict }: &Finding) -> String {
    let (state, words, remedy) = match verdict {
        Verdict::Sound(words) => ("ok", words, None),
        Verdict::Note(words) => ("note", words, None),
        Verdict::Wrong { reason, remedy } => ("wrong", reason, Some(remedy)),
    };
    json!({ "what": what, "state": state, "words": words, "remedy": remedy }).to_string()
}

fn words(Finding { what, verdict }: &Finding, widest: usize) -> String {
    match verdict {
        Verdict::Sound(words) => format!("ok     {what:widest$}  {}", printable(words)),
        Verdict::Note(words) => format!("note   {what:widest$}  {}", printable(words)),
        Verdict::Wrong { reason, remedy } => {
            format!("WRONG  {what:widest$}  {}\n       remedy: {}", printable(reason), printable(remedy))
        }
    }
}
