//! The results for a person: at most 100 columns.

use crate::figures::Figures;
use crate::results::Results;
use crate::rounds::Rows;
use std::fmt::Write;

/// Everything, and at the end the targets.
pub(crate) fn of(results: &Results) -> String {
    let mut words = format!("{}\n\n{}", results.machine, of_servers(&results.rows));
    for replay in &results.replays {
        let alone = format!(
            "\nreplay, {}: {:.0} rows/s; {:.0} rows/s beside ingest over 16 connections ({} rows)\n",
            replay.database,
            replay.replayed_per_second,
            replay.replayed_per_second_beside_ingest,
            replay.rows
        );
        words += &alone;
        words += &format!("{:<28}{:>5}{}\n", "  ingest meanwhile", 16, line(&replay.ingest_meanwhile));
    }
    for grown in &results.growth {
        let (start, list) = (number(grown.start_to_ready_ms, 0), number(grown.list_failed_ms, 0));
        let database = &grown.database;
        words += &format!(
            "\n{database} with {} rows: ready in {start} ms, failed rows listed in {list} ms\n",
            grown.rows
        );
        words += &format!("{:<28}{:>5}{}\n", "", 64, line(&grown.figures));
    }
    if let Some(library) = results.library {
        words += &format!(
            "\nverify {:.1} µs (ring {:.1} µs), mint {:.1} µs (ring {:.1} µs)\n",
            library.verify_us, library.ring_verify_us, library.mint_us, library.ring_sign_and_hmac_us
        );
    }
    let targets = results.targets().into_iter().filter(|target| target.measured.is_some());
    targets.fold(words + "\n", |words, target| format!("{words}{target}\n"))
}

/// One line for each row.
fn of_servers(rows: &Rows) -> String {
    let mut table = format!(
        "{:<28}{:>5}{:>10}{:>8}{:>8}{:>8}{:>8}{:>8}{:>6}{:>6}{:>5}\n",
        "", "conns", "rate /s", "p50 ms", "p90", "p99", "p99.9", "cpu s/k", "idle", "peak", "err"
    );
    for row in rows.iter() {
        let figures = Figures::median(&row.rounds);
        // Writing to a String cannot fail.
        let _ = writeln!(table, "{:<28}{:>5}{}", row.name, row.connections, line(&figures));
    }
    table
}

fn line(figures: &Figures) -> String {
    format!(
        "{:>10.0}{:>8}{:>8}{:>8}{:>8}{:>8}{:>6}{:>6}{:>5}",
        figures.accepted_per_second,
        milliseconds(figures.latency_p50_ms),
        milliseconds(figures.latency_p90_ms),
        milliseconds(figures.latency_p99_ms),
        milliseconds(figures.latency_p999_ms),
        number(figures.cpu_seconds_per_1000, 3),
        number(figures.rss_idle_mib, 0),
        number(figures.rss_peak_mib, 0),
        figures.errors,
    )
}

/// Fine where times are short.
fn milliseconds(time: Option<f64>) -> String {
    number(time, if time.is_some_and(|time| time < 10.0) { 2 } else { 1 })
}

fn number(value: Option<f64>, digits: usize) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.digits$}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::Sample;

    #[test]
    fn a_table_fits_a_page() {
        let mut rows = Rows::default();
        let figures = Figures {
            accepted_per_second: 123_456.0,
            latency_p50_ms: Some(1234.5),
            errors: 1234.0,
            ..Figures::new(&Sample::default(), None, None)
        };
        rows.add("mintmark-postgres-duplicates", 256, figures);
        assert!(of_servers(&rows).lines().all(|line| line.len() <= 100), "{}", of_servers(&rows));
    }

    #[test]
    fn what_was_not_measured_is_a_dash() {
        assert_eq!(
            (milliseconds(None), milliseconds(Some(0.5)), milliseconds(Some(12.34))),
            ("-".into(), "0.50".into(), "12.3".into())
        );
    }
}
