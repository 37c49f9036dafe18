//! `mintmark-replay export`: audit rows with what came, for another place.

use crate::failure::{Ending, Failure};
use crate::filters::Filters;
use crate::pages;
use clap::Args;
use jiff::Timestamp;
use mintmark_fulfillment::{AuditFilter, AuditRow, Error, Records};
use mintmark_terminal::say;
use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// Rows whose bodies are in memory at a time; a body has at most 256 KiB.
const TOGETHER: usize = 100;

const AFTER_HELP: &str = "\
Examples:
  mintmark-replay export --since 2026-11-01 --output november.jsonl
  mintmark-replay export --failed | jq -r .body | base64 -d
  mintmark-replay export --order 0LbgWblyZZWtBbXQZCMjoA== > case.jsonl

One row a line, newest first, with headers and the body in base64. It holds names and
addresses of buyers. `mintmark-replay import` reads it.";

/// Writes audit rows with their bodies as JSON Lines
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Export {
    /// Write into this new file, readable by its owner alone, instead of standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    filters: Filters,
}

impl Export {
    pub(crate) fn run(
        &self,
        records: &Records,
        now: Timestamp,
        output: &mut dyn Write,
    ) -> Result<Ending, Failure> {
        let filter = self.filters.resolve(now);
        let Some(path) = &self.output else {
            write(records, filter, output)?;
            return Ok(Ending::Done);
        };
        let mut file = create(path).map_err(|source| Failure::File { path: path.clone(), source })?;
        let rows = write(records, filter, &mut file)?;
        file.sync_all().map_err(|source| Failure::File { path: path.clone(), source })?;
        say(&format!("{rows} rows in {}", path.display()));
        Ok(Ending::Done)
    }
}

/// Never in the place of another file.
fn create(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

fn write(records: &Records, filter: AuditFilter, output: &mut dyn Write) -> Result<usize, Failure> {
    let mut output = BufWriter::new(output);
    let mut rows = pages::rows(records, filter);
    let mut written = 0;
    loop {
        let together: Vec<AuditRow> = rows.by_ref().take(TOGETHER).collect::<Result<_, Error>>()?;
        if together.is_empty() {
            output.flush()?;
            return Ok(written);
        }
        for row in records.deliveries_json(&together)? {
            writeln!(output, "{row}")?;
            written += 1;
        }
    }
}
