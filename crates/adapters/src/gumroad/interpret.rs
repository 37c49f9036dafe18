//! Which event a body tells of.

use mintmark_licensing::Mode;
use std::collections::BTreeMap;

use super::{collisions, events, facts, record, sale};
use crate::fields::Fields;
use crate::{Body, Interpretation, Kind, Verdict, text};

/// A name in a reason is cut here; ours have at most 22 letters.
const LONGEST_EVENT_NAME: usize = 40;

pub(super) fn interpret(body: &Body<'_>) -> Interpretation {
    if record::is_record(body) {
        return record::interpret(body.bytes);
    }
    match Fields::decode(body) {
        Ok(fields) => told(&fields),
        Err(fault) => Interpretation::unreadable(&fault),
    }
}

/// As the operator has set it right. A record is the store's own word, in which nothing is to be set right.
pub(super) fn interpret_corrected(body: &Body<'_>, set: &BTreeMap<String, String>) -> Interpretation {
    if record::is_record(body) {
        return record::interpret(body.bytes);
    }
    match Fields::decode(body) {
        Ok(mut fields) => {
            set.iter().for_each(|(name, value)| fields.set(name, value, "custom_fields"));
            told(&fields)
        }
        Err(fault) => Interpretation::unreadable(&fault),
    }
}

fn told(fields: &Fields) -> Interpretation {
    let kind = kind(fields);
    let verdict = match kind {
        Kind::Sale | Kind::TestButton => sale::verdict(fields, kind),
        Kind::Refund
        | Kind::Dispute
        | Kind::DisputeWon
        | Kind::Cancellation
        | Kind::SubscriptionUpdated
        | Kind::SubscriptionEnded
        | Kind::SubscriptionRestarted => events::verdict(fields, kind),
        Kind::MailReport | Kind::Decision | Kind::Unknown => Verdict::Unreadable(unknown_event(fields)),
    };
    let sale_id = trusted(fields, "sale_id").unwrap_or_default();
    let order_id = trusted(fields, "subscription_id").map_or(None, |id| id.or_else(|| sale_id.clone()));
    Interpretation { kind, mode: mode(fields), order_id, sale_id, facts: facts::of(fields, kind), verdict }
}

/// The test button repeats the seller's latest sale, of a real customer, and differs from it by having no name at all.
fn kind(fields: &Fields) -> Kind {
    match fields.text("resource_name") {
        Ok(None) if fields.flag("test") == Ok(true) => Kind::TestButton,
        Ok(None | Some("sale")) => Kind::Sale,
        Ok(Some("refund")) => Kind::Refund,
        Ok(Some("dispute")) => Kind::Dispute,
        Ok(Some("dispute_won")) => Kind::DisputeWon,
        Ok(Some("cancellation")) => Kind::Cancellation,
        Ok(Some("subscription_updated")) => Kind::SubscriptionUpdated,
        Ok(Some("subscription_ended")) => Kind::SubscriptionEnded,
        Ok(Some("subscription_restarted")) => Kind::SubscriptionRestarted,
        Ok(Some(_)) | Err(_) => Kind::Unknown,
    }
}

fn mode(fields: &Fields) -> Mode {
    if fields.flag("test") == Ok(true) { Mode::Test } else { Mode::Live }
}

fn unknown_event(fields: &Fields) -> String {
    match fields.text("resource_name") {
        Ok(name) => {
            format!("unknown event: {}", text::one_line(name.unwrap_or_default(), LONGEST_EVENT_NAME))
        }
        Err(fault) => fault.to_string(),
    }
}

/// An id that is really Gumroad's: a delivery must not be filed under an order whose id a buyer typed.
fn trusted(fields: &Fields, name: &str) -> Result<Option<String>, Verdict> {
    collisions::hold(fields, &[name])?;
    fields.identifier(name).map_err(|fault| Verdict::Unreadable(fault.to_string()))
}
