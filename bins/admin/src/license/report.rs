//! The report on one license, for people.

use crate::sheet;
use jiff::Timestamp;
use mintmark_fulfillment::printable;
use serde::Deserialize;

/// What the report needs of a license's JSON.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Story {
    id: String,
    key: String,
    blob: String,
    product_id: String,
    tier: String,
    status: String,
    seats: i64,
    email: String,
    name: String,
    source: String,
    origin: String,
    mode: String,
    source_order_id: String,
    issued_at: Timestamp,
    expires_at: Option<Timestamp>,
    updates_until: Option<Timestamp>,
    letters: Vec<Letter>,
    history: Vec<Event>,
}

#[derive(Debug, Clone, Deserialize)]
struct Letter {
    id: i64,
    recipient: String,
    state: String,
    attempts: i64,
    error: Option<String>,
    created_at: Timestamp,
}

#[derive(Debug, Clone, Deserialize)]
struct Event {
    at: Timestamp,
    event: String,
    delivery_id: Option<i64>,
    detail: Option<String>,
}

/// Everything about a license, the blob last and unbroken so that it can be copied.
pub(super) fn render(story: &Story) -> String {
    let Story { source, source_order_id, mode, origin, name, email, .. } = story;
    let fields = [
        ("id", story.id.clone()),
        ("status", story.status.clone()),
        ("product", format!("{}, tier {}, seats: {}", story.product_id, story.tier, story.seats)),
        ("buyer", format!("{name} <{email}>")),
        ("order", format!("{source_order_id} of {source} ({mode}, by {origin})")),
        ("issued", time(story.issued_at)),
        ("expires", story.expires_at.map_or_else(|| "never".to_owned(), time)),
        (
            "updates",
            story.updates_until.map_or_else(|| "all".to_owned(), |until| format!("until {}", time(until))),
        ),
    ];
    let letters: String = story.letters.iter().map(letter_line).collect();
    let history: String = story.history.iter().map(event_line).collect();
    format!("{}\n{}Letters\n{letters}History\n{history}{}\n", story.key, sheet::fields(&fields), story.blob)
}

fn letter_line(letter: &Letter) -> String {
    let Letter { id, state, recipient, attempts, created_at, .. } = letter;
    let error = letter.error.as_deref().map(|error| format!(": {}", printable(error))).unwrap_or_default();
    format!(
        "  {}  {id} to {}: {state}, attempts: {attempts}{error}\n",
        time(*created_at),
        printable(recipient)
    )
}

fn event_line(event: &Event) -> String {
    let delivery = event.delivery_id.map(|id| format!(" by row {id}")).unwrap_or_default();
    let detail = event.detail.as_deref().map(|detail| format!(", {}", printable(detail))).unwrap_or_default();
    format!("  {}  {}{delivery}{detail}\n", time(event.at), event.event)
}

fn time(timestamp: Timestamp) -> String {
    timestamp.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_license_is_told_with_its_letters_and_its_history() {
        let story = json!({
            "id": "L0000000000", "key": "DT1-CORE-XXXXX-XXXXX-XXXXX-XXXXX", "blob": "DTLIC2:blob",
            "line": "DT1", "product_id": "datatools-core", "tier": "core", "status": "active", "seats": 1,
            "email": "ada@example.com", "name": "Ada\u{1b}[2J", "source": "gumroad", "origin": "ping",
            "mode": "live", "source_order_id": "0LbgWblyZZWtBbXQZCMjoA==", "item": 0, "test": false,
            "issued_at": "2026-11-23T12:54:09Z", "expires_at": null, "updates_until": "2027-11-23T12:54:09Z",
            "seq": 1, "letter": "failed",
            "letters": [{
                "id": 1, "resend_number": 0, "recipient": "ada@example.com", "state": "failed", "attempts": 3,
                "provider": "smtp", "message_id": null, "failure_class": "transient", "error": "no route",
                "created_at": "2026-11-23T12:54:10Z", "next_at": null, "sent_at": null,
            }],
            "history": [
                {"at": "2026-11-23T12:54:10Z", "event": "minted", "delivery_id": 12, "detail": null},
                {"at": "2026-11-24T12:54:10Z", "event": "resent", "delivery_id": null, "detail": "to b***@e***.com"},
            ],
        });
        insta::assert_snapshot!("license", render(&serde_json::from_value(story).unwrap()));
    }
}
