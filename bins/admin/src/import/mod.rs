//! `mintmark-admin import`: licenses of another system.

mod file;

use crate::confirm::{self, Answer};
use crate::failure::{Ending, Failure};
use crate::operator::OnRecord;
use clap::Args;
use file::Line;
use jiff::Timestamp;
use mintmark_fulfillment::{Fitness, Fulfillment, Mail, Role, Settings, Takeover, printable};
use mintmark_terminal::say;
use serde_json::json;
use std::io::Write;
use std::path::PathBuf;

const AFTER_HELP: &str = "\
Examples:
  mintmark-admin import licenses.csv --dry-run
  mintmark-admin import licenses.csv --yes

Columns, by the names in the first line, in any order:
  order_id, product_id, email   required
  source       the store of the order, as in products.yaml (default: manual)
  name, seats  the buyer (default: from the address), and units (default: 1)
  key          the key that the buyer has, of any form; it goes on working (default: a new one)
  issued_at    when it was sold: RFC 3339 or a date (default: now)
  expires_at   until when it runs (default: as products.yaml says)
  status       active, suspended or revoked (default: active)

Nothing is imported unless every line is good, or with --skip-bad. A second run finds what is there.";

/// Takes over licenses that another system has sold, from a CSV file; their keys go on working
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Import {
    /// The CSV file, with a first line that names the columns
    file: PathBuf,
    /// Check everything, and import nothing
    #[arg(long)]
    dry_run: bool,
    /// Import the good lines also if others are not
    #[arg(long)]
    skip_bad: bool,
    /// Send each buyer their license; without it nobody is written to
    #[arg(long)]
    mail: bool,
    #[command(flatten)]
    on_record: OnRecord,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
    /// Print JSON Lines, one line of the file a line
    #[arg(long)]
    json: bool,
}

/// What became of the lines.
#[derive(Debug, Default)]
struct Tally {
    imported: usize,
    there: usize,
    bad: usize,
}

impl Import {
    pub(crate) fn run(
        &self,
        settings: Settings,
        now: Timestamp,
        output: &mut dyn Write,
    ) -> Result<Ending, Failure> {
        let text =
            std::fs::read(&self.file).map_err(|source| Failure::Input { path: self.file.clone(), source })?;
        let mail = if self.mail { Mail::Send } else { Mail::AsUsual };
        let lines = file::read(&text, mail, now).map_err(Failure::Columns)?;
        let fulfillment = Fulfillment::open(settings, Role::Tool, now)?;
        let lines = judged(&fulfillment, lines)?;
        let mut tally = Tally::default();
        for (number, line) in &lines {
            match line {
                Ok((_, Fitness::New)) => tally.imported += 1,
                Ok((_, Fitness::There)) => tally.there += 1,
                Ok((_, Fitness::Unfit(reason))) | Err(reason) => {
                    tally.bad += 1;
                    self.tell(*number, "bad", Some(reason), output)?;
                }
            }
        }
        if tally.bad > 0 && !self.skip_bad {
            say(&format!("nothing was imported: {} of {} lines are bad", tally.bad, lines.len()));
            return Ok(Ending::SomeFailed);
        }
        if self.dry_run || tally.imported == 0 {
            say(&tally.words("to import"));
            return Ok(tally.ending());
        }
        if !self.is_wanted(&tally)? {
            say("nothing was imported");
            return Ok(Ending::Done);
        }
        self.import(&fulfillment, &lines, now, output)
    }

    fn is_wanted(&self, tally: &Tally) -> Result<bool, Failure> {
        if self.yes {
            return Ok(true);
        }
        if !confirm::can_be_asked() {
            return Err(Failure::Usage("nobody is at the terminal to confirm; --yes imports without asking"));
        }
        let letters = if self.mail { "each with a letter" } else { "without letters" };
        let question = format!("{}, {letters}. Import them? [y/N] ", tally.words("to import"));
        Ok(confirm::ask(&question)? == Answer::Yes)
    }

    fn import(
        &self,
        fulfillment: &Fulfillment,
        lines: &[(u64, Judged)],
        now: Timestamp,
        output: &mut dyn Write,
    ) -> Result<Ending, Failure> {
        let operator = self.on_record.operator();
        let mut tally = Tally::default();
        for (number, line) in lines {
            match line {
                Ok((takeover, Fitness::New)) => {
                    let row = fulfillment.take_over(takeover, &operator, now)?;
                    let is_done = row.license_key.is_some();
                    let detail =
                        row.license_key.as_deref().or(row.error.as_deref()).or(row.reason.as_deref());
                    self.tell(*number, if is_done { "imported" } else { "bad" }, detail, output)?;
                    if is_done { tally.imported += 1 } else { tally.bad += 1 }
                }
                Ok((_, Fitness::There)) => {
                    tally.there += 1;
                    self.tell(*number, "there", None, output)?;
                }
                Ok((_, Fitness::Unfit(_))) | Err(_) => tally.bad += 1,
            }
        }
        say(&tally.words("imported"));
        Ok(tally.ending())
    }

    fn tell(
        &self,
        number: u64,
        what: &str,
        detail: Option<&str>,
        output: &mut dyn Write,
    ) -> Result<(), Failure> {
        if self.json {
            writeln!(output, "{}", json!({ "line": number, "result": what, "detail": detail }))?;
        } else {
            let detail = detail.map(|detail| format!("  {}", printable(detail))).unwrap_or_default();
            writeln!(output, "line {number}  {what}{detail}")?;
        }
        Ok(())
    }
}

/// A license with whether it can be taken over, or why its line cannot be read.
type Judged = Result<(Takeover, Fitness), String>;

fn judged(fulfillment: &Fulfillment, lines: Vec<Line>) -> Result<Vec<(u64, Judged)>, Failure> {
    let takeovers: Vec<Takeover> = lines.iter().filter_map(|line| line.read.clone().ok()).collect();
    let mut fitness = fulfillment.check_takeovers(&takeovers)?.into_iter();
    let judge = |line: Line| {
        let judged = line.read.map(|takeover| {
            let fitness = fitness.next().expect("each license that can be read is judged");
            (takeover, fitness)
        });
        (line.number, judged)
    };
    Ok(lines.into_iter().map(judge).collect())
}

impl Tally {
    fn words(&self, verb: &str) -> String {
        format!("{} {verb}, {} there already, {} bad", self.imported, self.there, self.bad)
    }

    fn ending(&self) -> Ending {
        if self.bad == 0 { Ending::Done } else { Ending::SomeFailed }
    }
}
