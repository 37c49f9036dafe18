//! `mintmark-admin mail list`: the letters, newest first.

use super::table::{self, Line};
use crate::failure::{Ending, Failure};
use crate::moment::Moment;
use crate::paper::Paper;
use clap::Args;
use jiff::Timestamp;
use mintmark_fulfillment::{LetterFilter, LetterState, Records};
use mintmark_terminal::say;
use std::io::{BufWriter, Write};

/// Letters of a table if nothing else is said: about what a person reads.
const LETTERS_FOR_A_PERSON: i64 = 50;

const AFTER_HELP: &str = "\
Examples:
  mintmark-admin mail list --failed
  mintmark-admin mail list --state bounced,held --since 7d
  mintmark-admin mail list --email ada@example.com
  mintmark-admin mail list --state queued --json | jq .next_at

States: queued, sending, accepted, delivered, bounced, failed, held, logged.";

/// Lists letters, newest first: where each is on its way, and what went wrong
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct List {
    /// Only letters in one of these states, separated by commas
    #[arg(long, value_name = "STATE", value_delimiter = ',', value_parser = state)]
    state: Vec<LetterState>,
    /// Only letters with an error
    #[arg(long)]
    failed: bool,
    /// Only letters since then: 2026-11-01, 2026-11-01T09:30:00Z, 2h, 3d
    #[arg(long, value_name = "TIME")]
    since: Option<Moment>,
    /// Only letters to this address
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    /// Only letters about this order
    #[arg(long, value_name = "ORDER")]
    order: Option<String>,
    /// At most this many letters (default: 50 in the table, all with --json)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(0..))]
    limit: Option<i64>,
    /// Print JSON Lines, one letter a line
    #[arg(long)]
    json: bool,
}

fn state(word: &str) -> Result<LetterState, &'static str> {
    let words = "one of queued, sending, accepted, delivered, bounced, failed, held, logged is expected";
    LetterState::from_word(word).ok_or(words)
}

impl List {
    pub(super) fn run(
        &self,
        records: &Records,
        now: Timestamp,
        output: &mut dyn Write,
    ) -> Result<Ending, Failure> {
        let filter = LetterFilter {
            states: self.state.clone(),
            failed: self.failed,
            recipient: self.email.clone(),
            order: self.order.clone(),
            since: self.since.map(|since| since.resolve(now)),
            limit: self.limit,
            ..LetterFilter::default()
        };
        match self.json {
            true => print_json(records, &filter, output),
            false => print_table(records, filter, now, output),
        }?;
        Ok(Ending::Done)
    }
}

fn print_json(records: &Records, filter: &LetterFilter, output: &mut dyn Write) -> Result<(), Failure> {
    let mut output = BufWriter::new(output);
    for row in records.letter_rows(filter)? {
        writeln!(output, "{}", Records::letter_json(&row))?;
    }
    Ok(output.flush()?)
}

fn print_table(
    records: &Records,
    filter: LetterFilter,
    now: Timestamp,
    output: &mut dyn Write,
) -> Result<(), Failure> {
    let limit = filter.limit.unwrap_or(LETTERS_FOR_A_PERSON);
    let found = records.letter_rows(&LetterFilter { limit: Some(limit.saturating_add(1)), ..filter })?;
    let shown = usize::try_from(limit).unwrap_or(usize::MAX);
    let lines: Vec<Line> = found.iter().take(shown).map(|row| Line::of(row, now)).collect();
    if lines.is_empty() {
        say("no letters");
        return Ok(());
    }
    output.write_all(table::render(&lines, Paper::of_stdout()).as_bytes())?;
    if found.len() > shown {
        say(&format!("The newest {limit} letters are shown; --limit N shows more."));
    }
    Ok(())
}
