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
use mintmark_fulfillment::views::DeliveryView;
use mintmark_fulfillment::{AuditFilter, Records};
use serde_json::Value;
use std::io::Write;
use story::Story;

/// More deliveries of one order than a person reads; the newest are shown.
const MOST_TOLD: i64 = 30;

const AFTER_HELP: &str = "\
Examples:
  mintmark-replay show 12
  mintmark-replay show 12 --raw
  mintmark-replay show 12 --json | jq -r .body | base64 -d";

/// Shows everything about one audit row: what came, what was read out of it, and what became of it
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Show {
    /// The row's id, as `list` prints it
    id: i64,
    /// Show the body as it came, too
    #[arg(long)]
    raw: bool,
    /// Print one line of JSON, with the whole body in base64
    #[arg(long, conflicts_with = "raw")]
    json: bool,
}

/// Whether a body is shown as it came, beside what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rawness {
    Shown,
    Hidden,
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
            let mut story: Story =
                serde_json::from_value(shown).expect("every row has the fields of its JSON");
            self.add_order(&mut story, records)?;
            let rawness = if self.raw { Rawness::Shown } else { Rawness::Hidden };
            output.write_all(report::render(&story, rawness, paper).as_bytes())?;
        }
        Ok(Ending::Done)
    }

    /// What else happened to its order.
    fn add_order(&self, story: &mut Story, records: &Records) -> Result<(), Failure> {
        if let Some(license) = &story.license {
            let named = records.licenses_named(&license.id)?;
            let shown = named.first().map(|license| records.license_story_json(license)).transpose()?;
            let history = shown.map(|mut license| license["history"].take()).unwrap_or_default();
            story.history = serde_json::from_value(history).expect("every license has a history");
        }
        let Some(order) = story.order_id.clone() else { return Ok(()) };
        let (source, limit) = (Some(story.source.clone()), Some(MOST_TOLD));
        let filter = AuditFilter { source, order: Some(order), limit, ..AuditFilter::default() };
        let rows = records.rows(&filter)?;
        let told = rows.iter().rev().map(|row| serde_json::to_value(DeliveryView::from(row)));
        let told: Value = told.collect::<Result<_, _>>().expect("texts, numbers and times always serialize");
        story.told = serde_json::from_value(told).expect("every row has the fields of its JSON");
        Ok(())
    }
}
