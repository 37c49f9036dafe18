//! The report on one row, for people.

use super::Rawness;
use super::body::{Body, plain};
use super::next_step::next_step;
use super::story::{Attempt, Event, Letter, License, Story, Told};
use crate::paper::{Paper, fold};
use jiff::Timestamp;
use mintmark_fulfillment::printable;
use mintmark_terminal::report::{INDENT, Report};
use serde_json::Value;

/// Everything about a row, section by section.
pub(super) fn render(story: &Story, rawness: Rawness, paper: Paper) -> String {
    let mut report = Report::new(paper);
    report.text(&format!("Row {}: {} of {}, {}\n", story.id, story.kind, story.source, story.mode));
    report.fields(&head(story));
    if let Some(order) = &story.order {
        report.title("Order");
        let told = order.iter().filter(|(_, value)| !matches!(value, Value::Null | Value::Bool(false)));
        report.foreign_fields(&told.map(|(name, value)| (name, plain(value))).collect::<Vec<_>>());
    }
    report.title("Headers");
    report.foreign_fields(story.headers.as_deref().unwrap_or_default());
    body(&mut report, story, rawness, paper);
    report.section("Attempts", story.attempts.iter().map(attempt_line));
    if let Some(license) = &story.license {
        self::license(&mut report, license);
        report.section("Letters", story.letters.iter().map(letter_line));
        report.section("History", story.history.iter().map(event_line));
    }
    if story.told.len() > 1 {
        report.section("Told of the order", story.told.iter().map(told_line));
    }
    report.text(&format!("\nNext: {}\n", next_step(story)));
    report.into_text()
}

fn head(story: &Story) -> Vec<(&'static str, String)> {
    let from = story.remote_address.as_ref().map(|address| format!(" from {address}")).unwrap_or_default();
    let state = if story.processed { "nothing left to do" } else { "something left to do" };
    let outcome = story.outcome.as_deref().unwrap_or("undecided");
    let mut fields = vec![
        ("received", format!("{}, by {}{from}", time(story.received_at), story.origin)),
        ("order", story.order_id.clone().unwrap_or_else(|| "unknown".to_owned())),
        ("outcome", format!("{outcome}, {state}")),
    ];
    fields.extend(story.error.clone().map(|error| ("error", error)));
    // A reason that only repeats the error tells nothing.
    fields.extend(story.reason.clone().filter(|_| story.error.is_none()).map(|reason| ("reason", reason)));
    fields
}

fn body(report: &mut Report, story: &Story, rawness: Rawness, paper: Paper) {
    let body = Body::new(&story.body, story.content_type.as_deref());
    let size = match story.declared_size {
        Some(size) => format!("the first {} of {size} bytes", body.size()),
        None => format!("{} bytes", body.size()),
    };
    let content_type = story.content_type.as_deref().map_or_else(|| "no content type".to_owned(), printable);
    let fields = body.fields();
    if let Some(fields) = &fields {
        report.title(&format!("Body, decoded ({size}, {content_type})"));
        report.foreign_fields(fields);
    }
    if rawness == Rawness::Shown || fields.is_none() {
        report.title(&format!("Body, as it came ({size}, {content_type})"));
        let room = paper.width.map(|width| width.saturating_sub(INDENT.len()));
        for line in body.raw().lines().flat_map(|line| fold(line, room)) {
            report.text(&format!("{INDENT}{line}\n"));
        }
    }
}

fn license(report: &mut Report, license: &License) {
    let License { tier, status, seats, .. } = license;
    let until = license
        .expires_at
        .map_or_else(|| "for ever".to_owned(), |time_out| format!("until {}", time(time_out)));
    let is_erased = license.email.is_empty();
    let buyer = if is_erased { "erased".to_owned() } else { format!("{} <{}>", license.name, license.email) };
    report.title("License");
    report.fields(&[
        ("id", license.id.clone()),
        ("key", license.key.clone()),
        ("terms", format!("{tier}, {status}, seats: {seats}, {until}")),
        ("issued", time(license.issued_at)),
        ("buyer", buyer),
    ]);
    // Never wrapped: it is there to be copied.
    report.text(&format!("{}\n", license.blob));
}

fn attempt_line(attempt: &Attempt) -> String {
    let outcome = attempt.outcome.as_deref().unwrap_or("failed");
    let why = because(attempt.error.as_deref().or(attempt.reason.as_deref()));
    format!("{}  {}  {outcome}{why}", attempt.number, time(attempt.at))
}

fn letter_line(letter: &Letter) -> String {
    let Letter { id, kind, state, recipient, attempts, .. } = letter;
    let provider = letter.provider.as_ref().map(|provider| format!(" by {provider}")).unwrap_or_default();
    let when = match (letter.sent_at, letter.next_at) {
        (Some(sent), _) => format!(" at {}", time(sent)),
        (None, Some(next)) => format!(", next try at {}", time(next)),
        (None, None) => String::new(),
    };
    let name = letter.message_id.as_ref().map(|name| format!(", message {name}")).unwrap_or_default();
    let class = letter.failure_class.as_ref().map(|class| format!(" ({class})")).unwrap_or_default();
    let error = because(letter.error.as_deref());
    format!("{id}  {kind} to {recipient}: {state}{provider}{when}, attempts: {attempts}{name}{error}{class}")
}

fn event_line(event: &Event) -> String {
    let cause = event.delivery_id.map(|row| format!(" by row {row}")).unwrap_or_default();
    format!("{}  {}{cause}{}", time(event.at), event.event, because(event.detail.as_deref()))
}

fn told_line(told: &Told) -> String {
    let outcome = told.outcome.as_deref().unwrap_or("undecided");
    let why = because(told.error.as_deref().or(told.reason.as_deref()));
    format!("{}  row {}, {} by {}: {outcome}{why}", time(told.received_at), told.id, told.kind, told.origin)
}

fn because(why: Option<&str>) -> String {
    why.map(|why| format!(": {why}")).unwrap_or_default()
}

fn time(timestamp: Timestamp) -> String {
    timestamp.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}
