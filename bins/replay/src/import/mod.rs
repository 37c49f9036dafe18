//! `mintmark-replay import`: what was told elsewhere, as deliveries.

mod file;
mod plan;

use crate::confirm::{self, Answer};
use crate::failure::{Ending, Failure};
use crate::list::print_row;
use clap::Args;
use file::Item;
use jiff::Timestamp;
use mintmark_fulfillment::{AuditRow, Fulfillment, Parcel, printable};
use mintmark_terminal::interrupt::Interrupt;
use mintmark_terminal::progress::Progress;
use mintmark_terminal::say;
use plan::Plan;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

/// Deliveries that are written down before they are told of.
const STEP: usize = 256;
/// Of more rows only the summary is printed: nobody reads them.
const ROWS_FOR_A_PERSON: usize = 50;

const AFTER_HELP: &str = "\
Examples:
  mintmark-replay import saved-ping.txt
  mintmark-replay import november.jsonl --dry-run
  mintmark-replay import sales.csv --product qmgyx=q6olhNyteH8YnOhFKnmS5Q== --yes

Reads a saved body (a form or JSON), the JSON Lines of `mintmark-replay export`, or the CSV file of
Gumroad's sales. That file names products by the end of their addresses: --product says which id a
product has. What is on record already is left alone, so a second run changes nothing.";

/// Writes down what was told elsewhere, and fulfills it like any other delivery
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Import {
    /// Files to read
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// The store that told it; the lines of an export say it themselves
    #[arg(long, value_name = "NAME", default_value = "gumroad")]
    source: String,
    /// The id of a product that a CSV file names by the end of its address; can be given more than once
    #[arg(long = "product", value_name = "NAME=ID", value_parser = pair)]
    products: Vec<(String, String)>,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
    /// Print each new row as a line of JSON; with --dry-run, what would become of each item
    #[arg(long)]
    json: bool,
}

impl Import {
    pub(crate) fn run(
        &self,
        fulfillment: &Fulfillment,
        clock: fn() -> Timestamp,
        output: &mut dyn Write,
    ) -> Result<Ending, Failure> {
        let plan = Plan::of(self.items(fulfillment)?, fulfillment)?;
        let words = plan.words();
        if self.dry_run {
            match self.json {
                true => plan.write_json(output)?,
                false => output.write_all(words.as_bytes())?,
            }
            return Ok(plan.ending());
        }
        say(words.trim_end());
        if !plan.parcels.is_empty() && !self.yes {
            if !confirm::can_be_asked() {
                return Err(Failure::Usage(
                    "nobody is at the terminal to confirm; --yes imports without asking",
                ));
            }
            if confirm::ask("Import? [y/N] ")? == Answer::No {
                say("nothing was imported");
                return Ok(Ending::Done);
            }
        }
        let ended = self.take_in(fulfillment, &plan.parcels, clock, output)?;
        Ok(if ended == Ending::Done { plan.ending() } else { ended })
    }

    fn items(&self, fulfillment: &Fulfillment) -> Result<Vec<Item>, Failure> {
        let products: BTreeMap<String, String> = self.products.iter().cloned().collect();
        let reader = file::Reader { source: &self.source, products: &products, fulfillment };
        let mut items = Vec::new();
        for path in &self.files {
            reader.read(path, &mut items)?;
        }
        Ok(items)
    }

    fn take_in(
        &self,
        fulfillment: &Fulfillment,
        parcels: &[Parcel],
        clock: fn() -> Timestamp,
        output: &mut dyn Write,
    ) -> Result<Ending, Failure> {
        let interrupt = Interrupt::listen().map_err(Failure::Signals)?;
        let mut progress = Progress::over(parcels.len());
        let (mut outcomes, mut done): (BTreeMap<&str, usize>, usize) = (BTreeMap::new(), 0);
        let mut ending = Ending::Done;
        for group in parcels.chunks(STEP).take_while(|_| !interrupt.is_asked()) {
            for row in fulfillment.import(group, clock())? {
                let undecided = if row.error.is_some() { "failed" } else { "not decided" };
                let outcome = row.outcome.map_or(undecided, |outcome| outcome.as_str());
                *outcomes.entry(outcome).or_default() += 1;
                if row.error.is_some() {
                    ending = Ending::SomeFailed;
                }
                progress.aside(|| self.print(&row, outcome, parcels.len(), output))?;
            }
            done += group.len();
            progress.step(group.len());
        }
        progress.finish();
        let outcomes: Vec<String> =
            outcomes.iter().map(|(outcome, count)| format!("{count} {outcome}")).collect();
        if !outcomes.is_empty() {
            say(&format!("imported {done}: {}", outcomes.join(", ")));
        }
        if done < parcels.len() {
            say(&format!("Interrupted after {done} of {}. The same command goes on.", parcels.len()));
            return Ok(Ending::Interrupted);
        }
        Ok(ending)
    }

    fn print(
        &self,
        row: &AuditRow,
        outcome: &str,
        rows: usize,
        output: &mut dyn Write,
    ) -> Result<(), Failure> {
        if self.json {
            return print_row(row, output);
        }
        if rows > ROWS_FOR_A_PERSON {
            return Ok(());
        }
        let detail = row.license_key.as_deref().or(row.error.as_deref()).or(row.reason.as_deref());
        let detail = detail.map(|detail| format!("  {}", printable(detail))).unwrap_or_default();
        Ok(writeln!(output, "{}  {outcome}{detail}", row.id)?)
    }
}

fn pair(text: &str) -> Result<(String, String), &'static str> {
    let (name, id) = text.split_once('=').ok_or("expected NAME=ID")?;
    Ok((name.to_owned(), id.to_owned()))
}
