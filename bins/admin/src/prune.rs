//! `mintmark-admin prune`: removes old rows of the audit log that nothing depends on.

use crate::confirm::{self, Answer};
use crate::failure::{Ending, Failure};
use clap::Args;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan as _};
use mintmark_fulfillment::{Fulfillment, Prunable, Role, Settings};
use std::io::Write;
use std::str::FromStr;

const AFTER_HELP: &str = "\
Examples:
  mintmark-admin prune --older-than 2y --dry-run
  mintmark-admin prune --older-than 18mo
  mintmark-admin prune --older-than 2y --yes

What goes are rows without which everything stays as it is: the test button, pre-orders,
products that products.yaml ignores, and sales that were told again with nothing new.
What stays, however old, is whatever has led to a license or was told of it, whatever is
unfinished or failed, refunds without a sale, and what an operator did.

A sealed checkpoint is left where rows were, so that `mintmark-replay verify` goes on to
find a row that is removed by other means. A log that is not whole is not pruned.";

/// Removes old rows of the audit log that nothing depends on
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Prune {
    /// Only rows that came longer ago than this: 2y, 18mo, 400d; 90 days at least
    #[arg(long, value_name = "AGE")]
    older_than: Age,
    /// Only say what would be removed
    #[arg(long)]
    dry_run: bool,
    /// Do not ask
    #[arg(long, short, conflicts_with = "dry_run")]
    yes: bool,
}

impl Prune {
    pub(crate) fn run(
        &self,
        settings: Settings,
        now: Timestamp,
        output: &mut dyn Write,
    ) -> Result<Ending, Failure> {
        if !self.yes && !self.dry_run && !confirm::can_be_asked() {
            return Err(Failure::Usage(
                "nobody is at the terminal to confirm; --yes prunes without asking, --dry-run only looks",
            ));
        }
        let before = self.older_than.before(now);
        let fulfillment = Fulfillment::open(settings, Role::Tool, now)?;
        let prunable = fulfillment.prunable(before, now)?;
        if prunable.is_empty() {
            writeln!(output, "nothing to prune: no row from before {before} can be spared")?;
            return Ok(Ending::Done);
        }
        let preview = preview(&prunable, before);
        if self.dry_run {
            output.write_all(preview.as_bytes())?;
            return Ok(Ending::Done);
        }
        if !self.yes && confirm::ask(&format!("{preview}Remove them? [y/N] "))? == Answer::No {
            writeln!(output, "nothing was removed")?;
            return Ok(Ending::Done);
        }
        let removed = fulfillment.prune(&prunable, Timestamp::now, |_| {})?;
        writeln!(output, "{removed} removed")?;
        Ok(Ending::Done)
    }
}

/// How long ago.
#[derive(Debug, Clone, Copy)]
struct Age(Span);

impl Age {
    /// That long ago; what lies before all time is its beginning.
    fn before(self, now: Timestamp) -> Timestamp {
        let then = TimeZone::UTC.to_datetime(now).checked_sub(self.0);
        then.and_then(|then| TimeZone::UTC.to_timestamp(then)).unwrap_or(Timestamp::MIN)
    }
}

impl FromStr for Age {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let span = text.parse::<Span>().ok().filter(Span::is_positive);
        let age = Self(span.ok_or("expected an age such as 2y, 18mo or 400d")?);
        // Within this time stores tell things again, and money is given back.
        let youngest = Self(90.days()).before(Timestamp::UNIX_EPOCH);
        if age.before(Timestamp::UNIX_EPOCH) > youngest {
            return Err("rows of the last 90 days are kept");
        }
        Ok(age)
    }
}

fn preview(prunable: &Prunable, before: Timestamp) -> String {
    let mut words = match prunable.len() {
        1 => format!("1 row from before {before} can be spared:\n"),
        count => format!("{count} rows from before {before} can be spared:\n"),
    };
    for (why, count) in &prunable.rows {
        words.push_str(&format!("{count:>7}  {why}\n"));
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_counted_in_calendar_time_and_not_below_ninety_days() {
        let now = "2026-11-23T12:00:00Z".parse().unwrap();
        let before = |text: &str| text.parse::<Age>().map(|age| age.before(now).to_string());
        assert_eq!(before("2y").unwrap(), "2024-11-23T12:00:00Z");
        assert_eq!(before("18mo").unwrap(), "2025-05-23T12:00:00Z");
        assert_eq!(before("90d").unwrap(), "2026-08-25T12:00:00Z");
        assert_eq!(before("19998y").unwrap(), Timestamp::MIN.to_string());
        for text in ["89d", "2h", "-2y", "2", "", "soon"] {
            assert!(text.parse::<Age>().is_err(), "{text}");
        }
    }
}
