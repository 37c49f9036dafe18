//! What a report states, under names like those of the other sources.

use serde_json::{Value, json};

use crate::fields::Fields;

pub(super) fn of(fields: &Fields) -> Value {
    let named = |name: &str| fields.get(name).cloned().unwrap_or_default();
    let either = |one: &str, other: &str| fields.get(one).or_else(|| fields.get(other)).cloned();
    let mail_uid = fields.within("Metadata").and_then(|metadata| metadata.get("mail_uid").cloned());
    let at = ["DeliveredAt", "BouncedAt", "ChangedAt", "ReceivedAt"].iter().find_map(|name| fields.get(name));
    json!({
        "record_type": named("RecordType"),
        "type": either("Type", "SuppressionReason"),
        "email": either("Email", "Recipient"),
        "mail_uid": mail_uid,
        "message_id": named("MessageID"),
        "message_stream": named("MessageStream"),
        "at": at,
        "description": named("Description"),
        "details": named("Details"),
        "inactive": named("Inactive"),
        "can_activate": named("CanActivate"),
        "suppress_sending": named("SuppressSending"),
    })
}
