//! The report on one license, for people.

use super::story::{Delivery, Event, Letter, Sale, Story};
use crate::paper::Paper;
use crate::report::Report;
use jiff::Timestamp;

/// Everything about a license, the blob last and unbroken so that it can be copied.
pub(super) fn render(story: &Story, paper: Paper) -> String {
    let mut report = Report::new(paper);
    report.text(&format!("{}\n", story.key));
    report.fields(&fields(story));
    report.section("Letters", story.letters.iter().map(letter_line));
    report.section("History", story.history.iter().map(event_line));
    report.section("Told of the order", story.deliveries.iter().map(delivery_line));
    report.text(&format!("\n{}\n", story.blob));
    report.into_text()
}

fn fields(story: &Story) -> Vec<(&'static str, String)> {
    let Story { source, source_order_id, mode, origin, name, email, .. } = story;
    let item = if story.item == 0 { String::new() } else { format!(", item {}", story.item) };
    let updates =
        story.updates_until.map_or_else(|| "all".to_owned(), |time| format!("until {}", self::time(time)));
    let void = if story.void_below > 1 {
        format!(", those before {} are void", story.void_below)
    } else {
        String::new()
    };
    let issued = format!("{}, blob number {}{void}", time(story.issued_at), story.seq);
    let mut fields = vec![
        ("status", story.status.clone()),
        ("expires", story.expires_at.map_or_else(|| "never".to_owned(), time)),
        ("updates", updates),
        ("seats", story.seats.to_string()),
        ("product", format!("{} ({}), tier {}", story.product_name, story.product_id, story.tier)),
    ];
    fields.extend(story.plan.clone().map(|plan| ("plan", plan)));
    fields.extend(story.cancelled_at.map(|at| ("renews", format!("no, cancelled at {}", time(at)))));
    fields.extend(story.sale.as_ref().map(|sale| ("sold", sale_line(sale))));
    fields.extend([
        ("buyer", buyer(name, email)),
        ("order", format!("{source_order_id} of {source} ({mode}, by {origin}){item}")),
        ("issued", issued),
        ("id", story.id.clone()),
    ]);
    fields
}

fn sale_line(sale: &Sale) -> String {
    let price = match sale.price_usd_cents {
        Some(0) => "for nothing".to_owned(),
        Some(cents) => format!("for USD {}.{:02}", cents / 100, cents % 100),
        None => "without a price".to_owned(),
    };
    let quantity = if sale.quantity == 1 { String::new() } else { format!(", quantity {}", sale.quantity) };
    let code = sale.offer_code.as_ref().map(|code| format!(", with the code {code}")).unwrap_or_default();
    let gift = if sale.is_gift { ", as a gift" } else { "" };
    format!("{price}{quantity}{code}{gift}")
}

fn letter_line(letter: &Letter) -> String {
    let Letter { id, kind, recipient, attempts, .. } = letter;
    let state = match (letter.state.as_str(), letter.failure_class.as_deref()) {
        ("held", Some("withheld")) => "held back, since the license does not run",
        (state, _) => state,
    };
    let provider = letter.provider.as_ref().map(|provider| format!(" by {provider}")).unwrap_or_default();
    let when = match (letter.sent_at, letter.next_at) {
        (Some(sent), _) => format!(" at {}", time(sent)),
        (None, Some(next)) => format!(", next try at {}", time(next)),
        (None, None) => String::new(),
    };
    let place = letter.enclosed_in.map(|leader| format!(" in letter {leader}")).unwrap_or_default();
    let error = letter.error.as_deref().map(|error| format!(": {error}")).unwrap_or_default();
    let created = time(letter.created_at);
    format!(
        "{created}  {kind} {id} to {recipient}{place}: {state}{provider}{when}, attempts: {attempts}{error}"
    )
}

fn event_line(event: &Event) -> String {
    let cause = match (event.delivery_id, &event.kind, &event.source) {
        (Some(id), Some(kind), Some(source)) => format!(" by row {id}, {kind} of {source}"),
        (Some(id), ..) => format!(" by row {id}"),
        (None, ..) => String::new(),
    };
    let detail = event.detail.as_deref().map(|detail| format!(": {detail}")).unwrap_or_default();
    format!("{}  {}{cause}{detail}", time(event.at), event.event)
}

fn delivery_line(delivery: &Delivery) -> String {
    let Delivery { id, kind, origin, .. } = delivery;
    let outcome = delivery.outcome.as_deref().unwrap_or("undecided");
    let why = delivery.error.as_deref().or(delivery.reason.as_deref());
    let why = why.map(|why| format!(": {why}")).unwrap_or_default();
    format!("{}  row {id}, {kind} by {origin}: {outcome}{why}", time(delivery.received_at))
}

fn time(timestamp: Timestamp) -> String {
    timestamp.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// Whoever was erased has neither.
fn buyer(name: &str, email: &str) -> String {
    if email.is_empty() { "erased".to_owned() } else { format!("{name} <{email}>") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_whole_story_is_told_at_every_width() {
        let story: Story = serde_json::from_value(story()).unwrap();
        insta::assert_snapshot!("license", render(&story, Paper::plain(None)));
        for width in [40, 80] {
            let report = render(&story, Paper::plain(Some(width)));
            let longest = report.lines().map(|line| line.chars().count()).max().unwrap();
            assert!(longest <= width, "{width}:\n{report}");
            insta::assert_snapshot!(format!("license_at_{width}"), report);
        }
    }

    fn story() -> serde_json::Value {
        json!({
            "id": "L0000000000", "key": "DT1-CORE-XXXXX-XXXXX-XXXXX-XXXXX", "blob": "DTLIC2:blob",
            "line": "DT1", "product_id": "datatools-core", "product_name": "Data Tools", "tier": "core",
            "status": "suspended", "seats": 5, "email": "ada@example.com", "name": "Ada\u{1b}[2J",
            "source": "gumroad", "origin": "ping", "mode": "live",
            "source_order_id": "0LbgWblyZZWtBbXQZCMjoA==", "item": 1, "test": false,
            "issued_at": "2026-11-23T12:54:09Z", "expires_at": null, "updates_until": "2027-11-23T12:54:09Z",
            "seq": 3, "letter": "failed", "plan": "Team", "cancelled_at": "2026-11-24T12:54:09Z", "void_below": 2,
            "sale": {
                "product_name": "Data Tools", "price_usd_cents": 24505, "quantity": 5, "offer_code": "LAUNCH",
                "is_gift": true, "sold_at": "2026-11-23T12:54:09Z",
            },
            "letters": [
                letter(json!({
                    "id": 1, "kind": "license", "state": "accepted", "provider": "postmark", "enclosed_in": 7,
                    "sent_at": "2026-11-23T12:54:12Z",
                })),
                letter(json!({
                    "id": 2, "kind": "renewal", "state": "held", "failure_class": "withheld",
                })),
                letter(json!({
                    "id": 3, "kind": "suspension", "state": "queued", "provider": "smtp", "attempts": 3,
                    "error": "no route", "failure_class": "transient", "next_at": "2026-11-23T13:54:12Z",
                })),
            ],
            "history": [
                event("2026-11-23T12:54:10Z", "minted", Some((12, "sale")), None),
                event("2026-11-24T12:54:10Z", "resent", None, Some("to b***@e***.com")),
                event("2026-11-25T12:54:10Z", "suspended", Some((14, "dispute")), Some("charge 0LbgWblyZZWtBbXQZCMjoA==")),
            ],
            "deliveries": [
                delivery(12, "sale", Some("minted"), None),
                delivery(13, "refund", Some("noted"), Some("partial refund")),
                delivery(14, "dispute", Some("suspended"), None),
                delivery(15, "unknown", None, None),
            ],
        })
    }

    fn letter(told: serde_json::Value) -> serde_json::Value {
        let mut letter = json!({
            "resend_number": 0, "recipient": "ada@example.com", "attempts": 1, "provider": null,
            "message_id": null, "failure_class": null, "error": null, "created_at": "2026-11-23T12:54:10Z",
            "next_at": null, "sent_at": null, "enclosed_in": null,
        });
        let told = told.as_object().unwrap().clone();
        letter.as_object_mut().unwrap().extend(told);
        letter
    }

    fn event(at: &str, event: &str, cause: Option<(i64, &str)>, detail: Option<&str>) -> serde_json::Value {
        json!({
            "at": at, "event": event, "delivery_id": cause.map(|(id, _)| id), "kind": cause.map(|(_, kind)| kind),
            "source": cause.map(|_| "gumroad"), "origin": cause.map(|_| "ping"), "detail": detail,
        })
    }

    fn delivery(id: i64, kind: &str, outcome: Option<&str>, reason: Option<&str>) -> serde_json::Value {
        json!({
            "id": id, "kind": kind, "origin": "ping", "received_at": "2026-11-23T12:54:10Z", "outcome": outcome,
            "error": null, "reason": reason,
        })
    }
}
