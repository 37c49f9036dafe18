//! `mintmark-replay correct`: what a delivery should have said.

use crate::failure::{Ending, Failure};
use crate::list::print_row;
use crate::operator::OnRecord;
use clap::Args;
use jiff::Timestamp;
use mintmark_fulfillment::{Fulfillment, printable};
use std::collections::BTreeMap;
use std::io::Write;

const AFTER_HELP: &str = "\
Examples:
  mintmark-replay correct 12 --set email=ada@example.com --why 'looked the sale up in Gumroad'
  mintmark-replay correct 12 --set email=ada@example.com --set quantity=2 --why 'as in Gumroad'

The body stays as it came. The correction is a row of its own, which is fulfilled like any other.";

/// Sets fields right that a custom field has overwritten, that came twice, or that are missing, and fulfills the row
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Correct {
    /// The row's id, as `list` prints it
    id: i64,
    /// What a field should have said, by the name that the store has for it; may be given several times
    #[arg(long = "set", value_name = "FIELD=VALUE", value_parser = field, required = true)]
    set: Vec<(String, String)>,
    #[command(flatten)]
    on_record: OnRecord,
    /// Print the row of the correction as a line of JSON
    #[arg(long)]
    json: bool,
}

impl Correct {
    pub(crate) fn run(
        &self,
        fulfillment: &Fulfillment,
        now: Timestamp,
        output: &mut dyn Write,
    ) -> Result<Ending, Failure> {
        let set: BTreeMap<String, String> = self.set.iter().cloned().collect();
        let row = fulfillment.correct(self.id, &set, &self.on_record.operator(), now)?;
        let outcome = row.outcome.map_or("undecided", |outcome| outcome.as_str());
        let detail = row.error.as_deref().or(row.license_key.as_deref()).or(row.reason.as_deref());
        if self.json {
            print_row(&row, output)?;
        } else {
            let detail = detail.map(printable).unwrap_or_default();
            writeln!(output, "{}  corrected by row {}: {outcome}  {detail}", self.id, row.id)?;
        }
        Ok(if row.processed { Ending::Done } else { Ending::SomeFailed })
    }
}

fn field(text: &str) -> Result<(String, String), &'static str> {
    let (name, value) = text.split_once('=').ok_or("expected FIELD=VALUE, such as email=ada@example.com")?;
    Ok((name.trim().to_owned(), value.to_owned()))
}
