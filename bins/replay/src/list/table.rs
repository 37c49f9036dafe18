//! The table of rows.

use crate::paper::{Ink, Paper, cut};
use comfy_table::{Cell, Color};
use jiff::Timestamp;
use mintmark_fulfillment::{AuditRow, printable};
use mintmark_terminal::table::{drawn, empty, widest};

/// Below this width the year and the seconds of a time are too much.
const NARROW: usize = 80;
/// An order id that is cut shorter than this tells nothing.
const SHORTEST_ORDER: usize = 5;
/// Sets reasons off from the rows that they stand below.
const INDENT: &str = "    ";

/// What the table says of one row.
#[derive(Debug, Clone)]
pub(super) struct Line {
    id: i64,
    received_at: Timestamp,
    kind: String,
    order: String,
    outcome: &'static str,
    why: String,
    tone: Tone,
}

/// Whether a person has to look after the row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tone {
    Calm,
    Alarm,
}

impl From<&AuditRow> for Line {
    fn from(row: &AuditRow) -> Self {
        let undecided = if row.error.is_some() { "failed" } else { "unfinished" };
        Self {
            id: row.id,
            received_at: row.received_at,
            kind: printable(&row.kind),
            order: row.order_id.as_deref().map_or_else(|| "-".to_owned(), printable),
            outcome: row.outcome.map_or(undecided, |outcome| outcome.as_str()),
            why: printable(row.error.as_deref().or(row.reason.as_deref()).unwrap_or_default()),
            tone: if row.error.is_some() { Tone::Alarm } else { Tone::Calm },
        }
    }
}

/// One line for each row, with the reasons beside the rows, or below them where there is no room.
pub(super) fn render(lines: &[Line], paper: Paper) -> String {
    let plain = beside(lines, Ink::Plain);
    match paper.width {
        Some(width) if widest(&plain) > width => below(lines, width, paper),
        _ => beside(lines, paper.ink),
    }
}

fn beside(lines: &[Line], ink: Ink) -> String {
    let mut table = empty(&["ID", "RECEIVED (UTC)", "KIND", "ORDER", "OUTCOME", "WHY"], ink);
    for line in lines {
        let mut cells = cells(line, "%Y-%m-%d %H:%M", usize::MAX);
        let why = Cell::new(&line.why);
        cells.push(if line.tone == Tone::Alarm { why.fg(Color::DarkRed) } else { why });
        table.add_row(cells);
    }
    drawn(table).concat()
}

fn below(lines: &[Line], width: usize, paper: Paper) -> String {
    let format = if width < NARROW { "%m-%d %H:%M" } else { "%Y-%m-%d %H:%M" };
    let without_orders = rows(lines, format, 0).concat();
    let room = (width + "ORDER".len()).saturating_sub(widest(&without_orders)).max(SHORTEST_ORDER);
    let mut rows = rows(lines, format, room).into_iter();
    let mut text = rows.next().unwrap_or_default();
    for (line, row) in lines.iter().zip(rows) {
        text.push_str(&row);
        if !line.why.is_empty() {
            let why = cut(&line.why, width.saturating_sub(INDENT.len()));
            let why = if line.tone == Tone::Alarm { paper.alarm(why) } else { why };
            text.push_str(&format!("{INDENT}{why}\n"));
        }
    }
    text
}

/// The header and one line for each row, without the reasons.
fn rows(lines: &[Line], format: &str, room_for_order: usize) -> Vec<String> {
    let mut table = empty(&["ID", "RECEIVED", "KIND", "ORDER", "OUTCOME"], Ink::Plain);
    table.add_rows(lines.iter().map(|line| cells(line, format, room_for_order)));
    drawn(table)
}

fn cells(line: &Line, format: &str, room_for_order: usize) -> Vec<Cell> {
    vec![
        Cell::new(line.id),
        Cell::new(line.received_at.strftime(format)),
        Cell::new(&line.kind),
        Cell::new(cut(&line.order, room_for_order)),
        Cell::new(line.outcome),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_fits_the_terminal() {
        for width in [60, 80, 120, 160] {
            let table = render(&lines(), Paper::plain(Some(width)));
            assert!(widest(&table) <= width, "{width}:\n{table}");
            insta::assert_snapshot!(format!("table_at_{width}"), table);
        }
    }

    #[test]
    fn order_ids_of_sales_are_whole_at_eighty_columns() {
        let table = render(&lines()[..3], Paper::plain(Some(80)));
        assert_eq!(table.matches("0LbgWblyZZWtBbXQZCMjoA==").count(), 3, "{table}");
    }

    #[test]
    fn a_program_that_reads_the_table_gets_whole_lines() {
        let table = render(&lines(), Paper::plain(None));
        assert_eq!(table.lines().count(), 1 + lines().len());
        assert!(table.contains("(read from config/products.yaml)"));
    }

    #[test]
    fn only_what_needs_a_person_is_red() {
        for width in [Some(80), None] {
            let table = render(&lines(), Paper { width, ink: Ink::Colored });
            assert_eq!(table.matches('\u{1b}').count(), 2 * 2, "{table}");
        }
    }

    fn lines() -> Vec<Line> {
        let minted = Line {
            id: 1204,
            received_at: "2026-11-23T12:54:09Z".parse().unwrap(),
            kind: "sale".to_owned(),
            order: "0LbgWblyZZWtBbXQZCMjoA==".to_owned(),
            outcome: "minted",
            why: String::new(),
            tone: Tone::Calm,
        };
        let unmapped = "no entry in config/products.yaml: gumroad/Hg-vmbS4ZLqYN_KlAZSBkA== (read from config/products.yaml)";
        vec![
            minted.clone(),
            Line {
                id: 1203,
                outcome: "failed",
                why: unmapped.to_owned(),
                tone: Tone::Alarm,
                ..minted.clone()
            },
            Line {
                id: 1202,
                why: "email error: 406 inactive".to_owned(),
                tone: Tone::Alarm,
                ..minted.clone()
            },
            Line {
                id: 9,
                kind: "test_button".to_owned(),
                outcome: "ignored",
                why: "test button".to_owned(),
                ..minted.clone()
            },
            Line { id: 8, kind: "subscription_restarted".to_owned(), outcome: "noted", ..minted.clone() },
            Line {
                id: 7,
                kind: "unknown".to_owned(),
                order: "-".to_owned(),
                outcome: "unfinished",
                ..minted
            },
        ]
    }
}
