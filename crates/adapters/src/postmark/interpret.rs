//! What a report says, and of which letter.

use mintmark_licensing::Mode;

use super::{bounces, facts};
use crate::fields::{Fault, Fields};
use crate::{Body, Fate, Interpretation, Kind, MailReport, Verdict, text};

/// A name in a reason is cut here; Postmark's have at most 23 letters.
const LONGEST_NAME: usize = 40;
/// Postmark's own descriptions are about half as long.
const LONGEST_DESCRIPTION: usize = 200;

pub(super) fn interpret(body: &Body<'_>) -> Interpretation {
    let fields = match Fields::decode(body) {
        Ok(fields) => fields,
        Err(fault) => return Interpretation::unreadable(&fault),
    };
    let verdict = report(&fields).map_or_else(
        |fault| Verdict::Unreadable(fault.to_string()),
        |report| Verdict::Reported(Box::new(report)),
    );
    Interpretation {
        kind: Kind::MailReport,
        // The letter's license says what it is of; the report does not.
        mode: Mode::Live,
        order_id: None,
        sale_id: None,
        facts: Some(facts::of(&fields)),
        verdict,
    }
}

/// What happened, in words, and when.
struct Told {
    fate: Fate,
    words: String,
    /// The field with the time.
    at: &'static str,
}

fn report(fields: &Fields) -> Result<MailReport, Fault> {
    fields.require(&["RecordType"])?;
    let told = told(fields)?;
    let mail_uid = match fields.within("Metadata") {
        Some(metadata) => metadata.identifier("mail_uid")?,
        None => None,
    };
    let recipient = match fields.email("Recipient")? {
        Some(recipient) => Some(recipient),
        None => fields.email("Email")?,
    };
    let message_id = fields.identifier("MessageID")?;
    let is_nameless = mail_uid.is_none() && message_id.is_none() && recipient.is_none();
    if is_nameless && told.fate != Fate::Noted {
        return Err(Fault::Missing("MessageID".to_owned()));
    }
    let at = fields.time(told.at)?;
    Ok(MailReport { mail_uid, message_id, recipient, at, fate: told.fate, words: told.words })
}

fn told(fields: &Fields) -> Result<Told, Fault> {
    let plain = |fate, words: &str, at| Told { fate, words: words.to_owned(), at };
    Ok(match fields.text("RecordType")?.unwrap_or_default() {
        "Delivery" => plain(Fate::Delivered, "delivered", "DeliveredAt"),
        "Bounce" => bounce(fields)?,
        "SpamComplaint" => plain(Fate::Complained, "spam complaint", "BouncedAt"),
        "SubscriptionChange" => change(fields)?,
        "Open" => plain(Fate::Noted, "opened", "ReceivedAt"),
        "Click" => plain(Fate::Noted, "link clicked", "ReceivedAt"),
        other => {
            let words = format!("unknown report: {}", text::one_line(other, LONGEST_NAME));
            Told { fate: Fate::Noted, words, at: "ReceivedAt" }
        }
    })
}

/// A type that we do not know is believed as far as it says that the address is turned off.
fn bounce(fields: &Fields) -> Result<Told, Fault> {
    fields.require(&["Type"])?;
    let named = fields.text("Type")?.unwrap_or_default();
    let is_inactive = flag(fields, "Inactive")?;
    let unknown = || format!("bounce of type {}", text::one_line(named, LONGEST_NAME));
    let (fate, words) = match bounces::meaning(named) {
        Some((Fate::Noted | Fate::Refused, words)) if is_inactive => (Fate::Bounced, words.to_owned()),
        Some((fate, words)) => (fate, words.to_owned()),
        None if is_inactive => (Fate::Bounced, unknown()),
        None => (Fate::Noted, unknown()),
    };
    let description = text::one_line(fields.text("Description")?.unwrap_or_default(), LONGEST_DESCRIPTION);
    let is_described = fate != Fate::Noted && !description.is_empty();
    let words = if is_described { format!("{words}: {description}") } else { words };
    Ok(Told { fate, words, at: "BouncedAt" })
}

fn change(fields: &Fields) -> Result<Told, Fault> {
    fields.require(&["SuppressSending"])?;
    let (fate, words) = match (flag(fields, "SuppressSending")?, fields.text("SuppressionReason")?) {
        (false, _) => (Fate::Reactivated, "address reactivated at Postmark"),
        (true, Some("HardBounce")) => (Fate::Bounced, "hard bounce"),
        (true, Some("SpamComplaint")) => (Fate::Complained, "spam complaint"),
        (true, _) => (Fate::Suppressed, "address suppressed at Postmark"),
    };
    Ok(Told { fate, words: words.to_owned(), at: "ChangedAt" })
}

fn flag(fields: &Fields, name: &str) -> Result<bool, Fault> {
    fields.flag(name).map_err(|_| Fault::field(name, "is neither true nor false"))
}
