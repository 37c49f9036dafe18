//! `mintmark-admin license show`: everything about a license.

use crate::failure::{Ending, Failure};
use crate::license::report;
use crate::paper::Paper;
use clap::Args;
use mintmark_fulfillment::Records;
use std::io::Write;

const AFTER_HELP: &str = "\
Examples:
  mintmark-admin license show ada@example.com
  mintmark-admin license show 0LbgWblyZZWtBbXQZCMjoA== --json | jq -r .blob";

/// Shows licenses with their letters and their history
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Show {
    /// A license id, a key, an order id, or an e-mail address
    name: String,
    /// Print JSON Lines, one license a line
    #[arg(long)]
    json: bool,
}

impl Show {
    pub(crate) fn run(&self, records: &Records, output: &mut dyn Write) -> Result<Ending, Failure> {
        let mut between = "";
        for license in records.licenses_named(&self.name)? {
            let shown = records.license_story_json(&license)?;
            if self.json {
                writeln!(output, "{shown}")?;
            } else {
                let story = serde_json::from_value(shown).expect("every license has the fields of its JSON");
                write!(output, "{between}{}", report::render(&story, Paper::of_stdout()))?;
                between = "\n";
            }
        }
        Ok(Ending::Done)
    }
}
