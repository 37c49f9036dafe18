//! `mintmark-admin license list`: the licenses, newest first.

use crate::failure::{Ending, Failure};
use crate::license::table::{self, Line};
use crate::paper::Paper;
use clap::Args;
use mintmark_fulfillment::{LicenseFilter, Records};
use mintmark_terminal::say;
use std::io::{BufWriter, Write};

/// Licenses of a table if nothing else is said: about what a person reads.
const LICENSES_FOR_A_PERSON: i64 = 50;

/// Lists licenses, newest first
#[derive(Debug, Args)]
pub(crate) struct List {
    /// At most this many licenses (default: 50 in the table, all with --json)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(0..))]
    limit: Option<i64>,
    /// Print JSON Lines, one license a line
    #[arg(long)]
    json: bool,
}

impl List {
    pub(crate) fn run(&self, records: &Records, output: &mut dyn Write) -> Result<Ending, Failure> {
        match self.json {
            true => self.print_json(records, output),
            false => self.print_table(records, output),
        }?;
        Ok(Ending::Done)
    }

    fn print_json(&self, records: &Records, output: &mut dyn Write) -> Result<(), Failure> {
        let mut output = BufWriter::new(output);
        for license in records.licenses(&LicenseFilter { named: None, limit: self.limit })? {
            writeln!(output, "{}", records.license_json(&license)?)?;
        }
        Ok(output.flush()?)
    }

    fn print_table(&self, records: &Records, output: &mut dyn Write) -> Result<(), Failure> {
        let limit = self.limit.unwrap_or(LICENSES_FOR_A_PERSON);
        let found = records.licenses(&LicenseFilter { named: None, limit: Some(limit.saturating_add(1)) })?;
        let shown = usize::try_from(limit).unwrap_or(usize::MAX);
        let lines: Vec<Line> = found.iter().take(shown).map(Line::from).collect();
        if lines.is_empty() {
            say("no licenses");
            return Ok(());
        }
        output.write_all(table::render(&lines, Paper::of_stdout()).as_bytes())?;
        if found.len() > shown {
            say(&format!("The newest {limit} licenses are shown; --limit N shows more."));
        }
        Ok(())
    }
}
