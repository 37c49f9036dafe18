//! `mintmark-replay list`: the rows, newest first.

pub(crate) mod groups;
mod table;

use crate::failure::{Ending, Failure};
use crate::filters::Filters;
use crate::pages;
use crate::paper::Paper;
use clap::Args;
use groups::{By, Groups};
use jiff::Timestamp;
use mintmark_fulfillment::views::DeliveryView;
use mintmark_fulfillment::{AuditFilter, AuditRow, Error, Records};
use mintmark_terminal::say;
use std::io::{BufWriter, Write};
use table::Line;

/// Rows of a table if nothing else is said: about what a person reads.
const ROWS_FOR_A_PERSON: usize = 50;

const AFTER_HELP: &str = "\
Examples:
  mintmark-replay list --failed
  mintmark-replay list --failed --by reason
  mintmark-replay list --email ada@example.com --since 2w
  mintmark-replay list --order 0LbgWblyZZWtBbXQZCMjoA==
  mintmark-replay list --since 2026-11-01 --until 2026-12-01 --json > november.jsonl";

/// Lists audit rows, newest first
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct List {
    /// At most this many rows (default: 50 in the table, all with --json)
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Count the rows by this instead, with the oldest, the newest and an example of each
    #[arg(long, value_name = "WHAT", value_enum, conflicts_with = "limit")]
    by: Option<By>,
    /// Print JSON Lines, one row or group a line
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    filters: Filters,
}

impl List {
    pub(crate) fn run(
        &self,
        records: &Records,
        now: Timestamp,
        paper: Paper,
        output: &mut dyn Write,
    ) -> Result<Ending, Failure> {
        let filter = self.filters.resolve(now);
        match (self.by, self.json) {
            (Some(by), _) => self.print_groups(records, filter, by, paper, output),
            (None, true) => self.print_json(records, filter, output),
            (None, false) => self.print_table(records, filter, paper, output),
        }?;
        Ok(Ending::Done)
    }

    fn print_groups(
        &self,
        records: &Records,
        filter: AuditFilter,
        by: By,
        paper: Paper,
        output: &mut dyn Write,
    ) -> Result<(), Failure> {
        let groups = Groups::new(by).count_all(pages::rows(records, filter))?.sorted();
        if self.json {
            groups.iter().try_for_each(|group| writeln!(output, "{}", group.to_json(by)))?;
        } else if groups.is_empty() {
            say("no rows");
        } else {
            output.write_all(groups::render(&groups, by, paper).as_bytes())?;
        }
        Ok(())
    }

    fn print_json(
        &self,
        records: &Records,
        filter: AuditFilter,
        output: &mut dyn Write,
    ) -> Result<(), Failure> {
        let mut output = BufWriter::new(output);
        for row in pages::rows(records, filter).take(self.limit.unwrap_or(usize::MAX)) {
            print_row(&row?, &mut output)?;
        }
        Ok(output.flush()?)
    }

    fn print_table(
        &self,
        records: &Records,
        filter: AuditFilter,
        paper: Paper,
        output: &mut dyn Write,
    ) -> Result<(), Failure> {
        let limit = self.limit.unwrap_or(ROWS_FOR_A_PERSON);
        let mut rows = pages::rows(records, filter);
        let shown: Vec<Line> =
            rows.by_ref().take(limit).map(|row| Ok(Line::from(&row?))).collect::<Result<_, Error>>()?;
        if shown.is_empty() {
            say("no rows");
            return Ok(());
        }
        output.write_all(table::render(&shown, paper).as_bytes())?;
        if rows.next().is_some() {
            say(&format!("The newest {limit} rows are shown; --limit N shows more, filters show fewer."));
        }
        Ok(())
    }
}

/// A row as a line of JSON.
pub(crate) fn print_row(row: &AuditRow, output: &mut dyn Write) -> Result<(), Failure> {
    let line =
        serde_json::to_string(&DeliveryView::from(row)).expect("texts, numbers and times always serialize");
    Ok(writeln!(output, "{line}")?)
}
