//! `mintmark-admin license list`: the licenses, newest first.

use crate::failure::{Ending, Failure};
use crate::license::table::{self, Line};
use crate::paper::Paper;
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use jiff::Timestamp;
use mintmark_fulfillment::{LicenseFilter, LicenseStatus, Records};
use mintmark_terminal::moment::Moment;
use mintmark_terminal::say;
use std::io::{BufWriter, Write};

/// Licenses of a table if nothing else is said: about what a person reads.
const LICENSES_FOR_A_PERSON: i64 = 50;

const STATUSES: [&str; 4] = ["active", "suspended", "revoked", "ended"];

const AFTER_HELP: &str = "\
Examples:
  mintmark-admin license list
  mintmark-admin license list --status suspended
  mintmark-admin license list --product datatools-core --since 30d --json";

/// Lists licenses, newest first
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct List {
    #[command(flatten)]
    listing: Listing,
    #[command(flatten)]
    filters: Filters,
}

/// How licenses are printed.
#[derive(Debug, Args)]
pub(crate) struct Listing {
    /// At most this many licenses (default: 50 in the table, all with --json)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(0..))]
    limit: Option<i64>,
    /// Print JSON Lines, one license a line
    #[arg(long)]
    json: bool,
}

/// Every condition that is given must hold.
#[derive(Debug, Args)]
#[command(next_help_heading = "Filters")]
struct Filters {
    /// Only licenses that stand like this
    #[arg(long, value_name = "STATUS", value_parser = PossibleValuesParser::new(STATUSES).map(|word| status(&word)))]
    status: Option<LicenseStatus>,
    /// Only licenses of this product, by the store's id
    #[arg(long, value_name = "ID")]
    product: Option<String>,
    /// Only licenses of this source, such as gumroad
    #[arg(long, value_name = "SOURCE")]
    source: Option<String>,
    /// Only licenses of this buyer
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    /// Only real licenses, or those of test purchases
    #[arg(long, value_name = "MODE", value_parser = ["live", "test"])]
    mode: Option<String>,
    /// Only what was sold at or after this time: RFC 3339, a date (midnight UTC), or an age such as 2h or 3d
    #[arg(long, value_name = "TIME")]
    since: Option<Moment>,
}

impl List {
    pub(crate) fn run(
        &self,
        records: &Records,
        now: Timestamp,
        output: &mut dyn Write,
    ) -> Result<Ending, Failure> {
        self.listing.print(records, self.filters.resolve(now), output)
    }
}

impl Filters {
    fn resolve(&self, now: Timestamp) -> LicenseFilter {
        LicenseFilter {
            status: self.status,
            product: self.product.clone(),
            source: self.source.clone(),
            email: self.email.clone(),
            mode: self.mode.clone(),
            since: self.since.map(|moment| moment.resolve(now)),
            ..LicenseFilter::default()
        }
    }
}

impl Listing {
    /// The licenses that the filter names.
    pub(super) fn print(
        &self,
        records: &Records,
        filter: LicenseFilter,
        output: &mut dyn Write,
    ) -> Result<Ending, Failure> {
        match self.json {
            true => self.print_json(records, filter, output),
            false => self.print_table(records, filter, output),
        }?;
        Ok(Ending::Done)
    }

    fn print_json(
        &self,
        records: &Records,
        filter: LicenseFilter,
        output: &mut dyn Write,
    ) -> Result<(), Failure> {
        let mut output = BufWriter::new(output);
        for license in records.licenses(&LicenseFilter { limit: self.limit, ..filter })? {
            writeln!(output, "{}", records.license_json(&license)?)?;
        }
        Ok(output.flush()?)
    }

    fn print_table(
        &self,
        records: &Records,
        filter: LicenseFilter,
        output: &mut dyn Write,
    ) -> Result<(), Failure> {
        let limit = self.limit.unwrap_or(LICENSES_FOR_A_PERSON);
        let found = records.licenses(&LicenseFilter { limit: Some(limit.saturating_add(1)), ..filter })?;
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

fn status(word: &str) -> LicenseStatus {
    LicenseStatus::from_word(word).expect("no other word is let in")
}
