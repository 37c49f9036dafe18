//! The table of licenses.

use crate::paper::{Ink, Paper, cut};
use jiff::Timestamp;
use mintmark_fulfillment::{License, printable};
use mintmark_terminal::table;

/// Sets what stands below a license off from it.
const INDENT: &str = "    ";

/// What the table says of one license.
#[derive(Debug, Clone)]
pub(super) struct Line {
    issued_at: Timestamp,
    key: String,
    status: &'static str,
    seats: i64,
    order: String,
    email: String,
}

impl From<&License> for Line {
    fn from(license: &License) -> Self {
        let terms = &license.terms;
        Self {
            issued_at: terms.issued_at,
            key: terms.key.clone(),
            status: license.state.status.as_str(),
            seats: terms.seats,
            order: printable(&terms.source_order_id),
            email: printable(&terms.email),
        }
    }
}

impl Line {
    fn issued(&self) -> String {
        self.issued_at.strftime("%Y-%m-%d").to_string()
    }
}

/// One line for each license. Where there is no room, the order and the address stand below it.
pub(super) fn render(lines: &[Line], paper: Paper) -> String {
    let beside = draw(&["KEY", "STATUS", "SEATS", "ISSUED", "ORDER", "EMAIL"], lines).concat();
    match paper.width {
        Some(width) if table::widest(&beside) > width => below(lines, width),
        _ => beside,
    }
}

fn below(lines: &[Line], width: usize) -> String {
    let mut rows = draw(&["KEY", "STATUS", "SEATS"], lines).into_iter();
    let mut text = rows.next().unwrap_or_default();
    for (line, row) in lines.iter().zip(rows) {
        let rest = format!("{}  {}  {}", line.issued(), line.email, line.order);
        text.push_str(&format!("{row}{INDENT}{}\n", cut(&rest, width.saturating_sub(INDENT.len()))));
    }
    text
}

/// The header and one line for each license, with as many cells as the header has.
fn draw(header: &[&str], lines: &[Line]) -> Vec<String> {
    let mut table = table::empty(header, Ink::Plain);
    table.add_rows(lines.iter().map(|line| {
        let Line { key, status, seats, order, email, .. } = line.clone();
        let cells = [key, status.to_owned(), seats.to_string(), line.issued(), order, email];
        cells.into_iter().take(header.len())
    }));
    table::drawn(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_fits_the_terminal_and_keys_are_never_cut() {
        for width in [60, 80, 120, 160] {
            let table = render(&lines(), Paper::plain(Some(width)));
            assert!(table.lines().all(|line| line.chars().count() <= width), "{width}:\n{table}");
            assert_eq!(table.matches(KEY).count(), lines().len());
            insta::assert_snapshot!(format!("table_at_{width}"), table);
        }
    }

    const KEY: &str = "DT1-CORE-XXXXX-XXXXX-XXXXX-XXXXX";

    fn lines() -> Vec<Line> {
        let license = Line {
            issued_at: "2026-11-23T12:54:09Z".parse().unwrap(),
            key: KEY.to_owned(),
            status: "active",
            seats: 1,
            order: "0LbgWblyZZWtBbXQZCMjoA==".to_owned(),
            email: "ada.lovelace@analytical.example.com".to_owned(),
        };
        let granted = Line {
            order: "manual-6f2c6f1e-7c0e-4f6e-9f5c-0e6a1f0c7b1a".to_owned(),
            email: "bob@example.com".to_owned(),
            seats: 250,
            status: "suspended",
            ..license.clone()
        };
        vec![license, granted]
    }
}
