//! A report, in words for a person.

use mintmark_fulfillment::{Report, printable};
use std::io::{self, Write};

pub(super) fn print(report: &Report, output: &mut dyn Write) -> io::Result<()> {
    let Report { source, since, until, listed, known, missed, changed, .. } = report;
    writeln!(output, "{source}, {since} to {until}: the store says {listed}, we had {known}.")?;
    if missed + changed == 0 {
        writeln!(output, "Nothing was missed.")?;
    }
    if *missed > 0 {
        writeln!(output, "{missed} had never been told, and {} on record now.", is(*missed))?;
    }
    if *changed > 0 {
        writeln!(output, "{changed} had changed since, which is on record now.")?;
    }
    let outcomes: Vec<String> =
        report.outcomes.iter().map(|(outcome, count)| format!("{count} {outcome}")).collect();
    if !outcomes.is_empty() {
        writeln!(output, "That made: {}.", outcomes.join(", "))?;
    }
    if report.subscriptions > 0 {
        writeln!(output, "Subscriptions asked for: {}.", report.subscriptions)?;
    }
    if !report.open.is_empty() {
        writeln!(output, "\nCould not be closed:")?;
    }
    for open in &report.open {
        writeln!(output, "  {}  {}", printable(&open.id), printable(&open.reason))?;
    }
    if !report.unread.is_empty() {
        writeln!(output, "\nCould not be read:")?;
    }
    for unread in &report.unread {
        writeln!(output, "  {} to {}  {}", unread.since, unread.until, printable(&unread.reason))?;
    }
    Ok(())
}

fn is(count: usize) -> &'static str {
    if count == 1 { "is" } else { "are" }
}
