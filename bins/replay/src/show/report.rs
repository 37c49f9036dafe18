//! The report on one row, for people.

use super::body;
use super::next_step::next_step;
use super::story::{Attempt, Letter, License, Story};
use crate::paper::{Paper, fold};
use jiff::Timestamp;
use mintmark_fulfillment::printable;
use serde_json::Value;

/// Sets the lines of a section off from its title.
const INDENT: &str = "  ";

/// Everything about a row, section by section.
pub(super) fn render(story: &Story, paper: Paper) -> String {
    let mut report = Report { paper, text: String::new() };
    report.head(story);
    if let Some(order) = &story.order {
        report.title("Order");
        let told = order.iter().filter(|(_, value)| !matches!(value, Value::Null | Value::Bool(false)));
        report.fields(told.map(|(name, value)| (name.as_str(), plain(value))));
    }
    report.title("Headers");
    let headers = story.headers.as_deref().unwrap_or_default();
    report.fields(headers.iter().map(|(name, value)| (name.as_str(), value.clone())));
    report.body(story);
    report.title("Attempts");
    story.attempts.iter().for_each(|attempt| report.line(&attempt_line(attempt)));
    if let Some(license) = &story.license {
        report.license(license);
        report.title("Letters");
        story.letters.iter().for_each(|letter| report.line(&letter_line(letter)));
    }
    report.text.push_str(&format!("\nNext: {}\n", next_step(story)));
    report.text
}

struct Report {
    paper: Paper,
    text: String,
}

impl Report {
    fn head(&mut self, story: &Story) {
        let Story { id, source, kind, mode, origin, .. } = story;
        self.text.push_str(&format!("Row {id}: {kind} of {source}, {mode}\n"));
        let from =
            story.remote_address.as_ref().map(|address| format!(" from {address}")).unwrap_or_default();
        let state = if story.processed { "nothing left to do" } else { "something left to do" };
        let outcome = story.outcome.as_deref().unwrap_or("undecided");
        let mut fields = vec![
            ("received", format!("{}, by {origin}{from}", time(story.received_at))),
            ("order", story.order_id.clone().unwrap_or_else(|| "unknown".to_owned())),
            ("outcome", format!("{outcome}, {state}")),
        ];
        fields.extend(story.error.clone().map(|error| ("error", error)));
        // A reason that only repeats the error tells nothing.
        fields
            .extend(story.reason.clone().filter(|_| story.error.is_none()).map(|reason| ("reason", reason)));
        self.fields(fields);
    }

    fn body(&mut self, story: &Story) {
        let (kept, text) = body::shown(&story.body);
        let size = match story.declared_size {
            Some(size) => format!("the first {kept} of {size} bytes"),
            None => format!("{kept} bytes"),
        };
        let content_type =
            story.content_type.as_deref().map_or_else(|| "no content type".to_owned(), printable);
        self.title(&format!("Body ({size}, {content_type})"));
        for line in text.lines() {
            let room = self.paper.width.map(|width| width.saturating_sub(INDENT.len()));
            fold(line, room).iter().for_each(|line| self.line(line));
        }
    }

    fn license(&mut self, license: &License) {
        self.title("License");
        let License { tier, status, seats, .. } = license;
        let until = license
            .expires_at
            .map_or_else(|| "for ever".to_owned(), |time_out| format!("until {}", time(time_out)));
        self.fields([
            ("id", license.id.clone()),
            ("key", license.key.clone()),
            ("terms", format!("{tier}, {status}, seats: {seats}, {until}")),
            ("issued", time(license.issued_at)),
            ("buyer", format!("{} <{}>", license.name, license.email)),
        ]);
        // Never wrapped: it is there to be copied.
        self.text.push_str(&format!("{}\n", license.blob));
    }

    fn title(&mut self, title: &str) {
        self.text.push_str(&format!("\n{title}\n"));
    }

    fn fields<'a>(&mut self, fields: impl IntoIterator<Item = (&'a str, String)>) {
        let fields: Vec<(String, String)> =
            fields.into_iter().map(|(name, value)| (printable(name), printable(&value))).collect();
        let longest = fields.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
        for (name, value) in fields {
            self.line(&format!("{name:longest$}  {value}"));
        }
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(&format!("{INDENT}{line}\n"));
    }
}

fn attempt_line(attempt: &Attempt) -> String {
    let outcome = attempt.outcome.as_deref().unwrap_or("failed");
    let why = attempt.error.as_deref().or(attempt.reason.as_deref());
    let why = why.map(|why| format!(": {}", printable(why))).unwrap_or_default();
    format!("{}  {}  {outcome}{why}", attempt.number, time(attempt.at))
}

fn letter_line(letter: &Letter) -> String {
    let Letter { id, state, recipient, attempts, .. } = letter;
    let provider = letter.provider.as_ref().map(|provider| format!(" by {provider}")).unwrap_or_default();
    let when = match (letter.sent_at, letter.next_at) {
        (Some(sent), _) => format!(" at {}", time(sent)),
        (None, Some(next)) => format!(", next try at {}", time(next)),
        (None, None) => String::new(),
    };
    let error = letter.error.as_deref().map(|error| format!(": {}", printable(error))).unwrap_or_default();
    format!("{id}  to {}: {state}{provider}{when}, attempts: {attempts}{error}", printable(recipient))
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn time(timestamp: Timestamp) -> String {
    timestamp.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}
