//! The table of letters.

use crate::paper::{Paper, cut};
use jiff::{SignedDuration, Timestamp};
use mintmark_fulfillment::{LetterRow, LetterState, printable};
use mintmark_terminal::table;

/// Sets what stands below a letter off from it.
const INDENT: &str = "    ";

/// What the table says of one letter.
#[derive(Debug, Clone)]
pub(super) struct Line {
    id: i64,
    state: &'static str,
    kind: &'static str,
    /// Since it was written down.
    age: String,
    attempts: i64,
    /// Until it is sent next.
    next: String,
    order: String,
    email: String,
    /// What went wrong, or why it is held.
    error: Option<String>,
}

impl Line {
    pub(super) fn of(row: &LetterRow, now: Timestamp) -> Self {
        let letter = &row.letter;
        let next = match letter.due_at {
            Some(due_at) if due_at <= now => "now".to_owned(),
            Some(due_at) => format!("in {}", span(due_at.duration_since(now))),
            None => "-".to_owned(),
        };
        let held =
            || letter.failure_class.as_deref().map(|class| format!("held: {}", class.replace('_', " ")));
        let is_held = letter.state == LetterState::Held;
        let error = letter.error.clone().or_else(|| if is_held { held() } else { None });
        Self {
            id: letter.id,
            state: letter.state.as_str(),
            kind: letter.kind.as_str(),
            age: span(now.duration_since(letter.created_at)),
            attempts: letter.attempts,
            next,
            order: printable(&row.order_id),
            email: printable(&letter.recipient),
            error: error.map(|error| printable(&error)),
        }
    }
}

/// The largest unit that fills it.
fn span(duration: SignedDuration) -> String {
    match duration.as_secs().max(0) {
        seconds @ ..60 => format!("{seconds}s"),
        seconds @ ..3_600 => format!("{}m", seconds / 60),
        seconds @ ..172_800 => format!("{}h", seconds / 3_600),
        seconds => format!("{}d", seconds / 86_400),
    }
}

/// One line for each letter, and what went wrong below it. Where there is no room, order and address stand there too.
pub(super) fn render(lines: &[Line], paper: Paper) -> String {
    let header = ["ID", "STATE", "KIND", "AGE", "TRIES", "NEXT", "ORDER", "TO"];
    let whole = draw(&header, lines, paper);
    let width = paper.width.unwrap_or(usize::MAX);
    let is_wide = whole.iter().all(|line| line.trim_end().chars().count() <= width);
    let rows = if is_wide { whole } else { draw(&header[..6], lines, paper) };
    let mut rows = rows.into_iter();
    let mut text = rows.next().unwrap_or_default();
    let below = |rest: &str| format!("{INDENT}{}\n", cut(rest, width.saturating_sub(INDENT.len())));
    for (line, row) in lines.iter().zip(rows) {
        text.push_str(&row);
        if !is_wide {
            text.push_str(&below(&format!("{}  {}", line.email, line.order)));
        }
        if let Some(error) = &line.error {
            text.push_str(&below(error));
        }
    }
    text
}

/// The header and one line for each letter, with as many cells as the header has.
fn draw(header: &[&str], lines: &[Line], paper: Paper) -> Vec<String> {
    let mut table = table::empty(header, paper.ink);
    table.add_rows(lines.iter().map(|line| {
        let Line { id, state, kind, age, attempts, next, order, email, .. } = line.clone();
        let of_letter = [id.to_string(), state.to_owned(), kind.to_owned(), age, attempts.to_string(), next];
        of_letter.into_iter().chain([order, email]).take(header.len())
    }));
    table::drawn(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_fits_the_terminal_and_says_what_went_wrong() {
        let lines = lines();
        for width in [60, 80, 120] {
            let table = render(&lines, Paper::plain(Some(width)));
            assert!(table.lines().all(|line| line.chars().count() <= width), "{width}:\n{table}");
            insta::assert_snapshot!(format!("table_at_{width}"), table);
        }
    }

    #[test]
    fn a_span_is_told_in_one_unit() {
        let spans = [0, 59, 60, 3_599, 3_600, 172_799, 172_800]
            .map(|seconds| span(SignedDuration::from_secs(seconds)));
        assert_eq!(spans, ["0s", "59s", "1m", "59m", "1h", "47h", "2d"]);
    }

    fn lines() -> Vec<Line> {
        let waiting = Line {
            id: 128,
            state: "queued",
            kind: "license",
            age: "3m".to_owned(),
            attempts: 3,
            next: "in 9m".to_owned(),
            order: "0LbgWblyZZWtBbXQZCMjoA==".to_owned(),
            email: "ada.lovelace@analytical.example.com".to_owned(),
            error: Some("postmark: not sent: connection refused".to_owned()),
        };
        let back = Line {
            id: 97,
            state: "bounced",
            age: "5d".to_owned(),
            attempts: 1,
            next: "-".to_owned(),
            error: Some("bounced: hard bounce: The server was unable to deliver your message (ex: unknown user, mailbox not found).".to_owned()),
            ..waiting.clone()
        };
        vec![
            waiting,
            back,
            Line { id: 3, state: "delivered", kind: "revocation", error: None, ..lines_last() },
        ]
    }

    fn lines_last() -> Line {
        let (next, age) = ("-".to_owned(), "31d".to_owned());
        let (order, email) = ("sale-1".to_owned(), "bob@example.com".to_owned());
        Line { id: 1, state: "", kind: "", age, attempts: 1, next, order, email, error: None }
    }
}
