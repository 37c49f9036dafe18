//! `mintmark-replay show`: everything about one row.

mod body;
mod next_step;
mod report;
mod story;
#[cfg(test)]
mod tests;

use crate::failure::{Ending, Failure};
use crate::paper::Paper;
use clap::Args;
use mintmark_fulfillment::Records;
use std::io::Write;
use story::Story;

const AFTER_HELP: &str = "\
Examples:
  mintmark-replay show 12
  mintmark-replay show 12 --json | jq -r .body | base64 -d";

/// Shows everything about one audit row: what came, what was read out of it, and what became of it
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Show {
    /// The row's id, as `list` prints it
    id: i64,
    /// Print one line of JSON, with the whole body in base64
    #[arg(long)]
    json: bool,
}

impl Show {
    pub(crate) fn run(
        &self,
        records: &Records,
        paper: Paper,
        output: &mut dyn Write,
    ) -> Result<Ending, Failure> {
        let shown = records.delivery_json(self.id)?;
        if self.json {
            writeln!(output, "{shown}")?;
        } else {
            let story: Story = serde_json::from_value(shown).expect("every row has the fields of its JSON");
            output.write_all(report::render(&story, paper).as_bytes())?;
        }
        Ok(Ending::Done)
    }
}
