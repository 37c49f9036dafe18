//! `mintmark-admin products`: the catalog beside what was sold.

mod words;

use crate::failure::{Ending, Failure};
use crate::moment::Moment;
use crate::paper::Paper;
use clap::{Args, Subcommand};
use jiff::Timestamp;
use mintmark_fulfillment::{ProductReport, Settings, check_products};
use std::io::Write;

const AFTER_HELP: &str = "\
Examples:
  mintmark-admin products check
  mintmark-admin products check --since 2026-11-01
  mintmark-admin products check --json | jq -r 'select(.state == \"missing\").yaml'

Exit codes: 0 everything that was sold has an entry that fits, 1 something has not.";

#[derive(Debug, Subcommand)]
pub(crate) enum ProductsCommand {
    Check(Check),
}

/// Compares config/products.yaml with the products that sales have named so far
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Check {
    /// Sales from then on: a time, a date, or an age such as 30d
    #[arg(long, value_name = "TIME", default_value = "180d")]
    since: Moment,
    /// Print one line of JSON for each product
    #[arg(long)]
    json: bool,
}

impl ProductsCommand {
    pub(crate) fn run(
        &self,
        settings: &Settings,
        now: Timestamp,
        output: &mut dyn Write,
    ) -> Result<Ending, Failure> {
        let Self::Check(check) = self;
        let report = check_products(settings, check.since.resolve(now))?;
        if check.json {
            print_json(&report, output)?;
        } else {
            let file = settings.products_file.path().display().to_string();
            output.write_all(words::render(&report, &file, Paper::of_stdout()).as_bytes())?;
        }
        Ok(if report.is_sound() { Ending::Done } else { Ending::SomeFailed })
    }
}

fn print_json(report: &ProductReport, output: &mut dyn Write) -> Result<(), Failure> {
    for product in &report.products {
        serde_json::to_writer(&mut *output, product).map_err(std::io::Error::from)?;
        writeln!(output)?;
    }
    Ok(())
}
