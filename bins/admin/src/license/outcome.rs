//! What a decision has changed, and what follows from it.

use crate::sheet;
use mintmark_fulfillment::{Decided, LetterState, LicenseStatus, Operator, Ruling};
use serde_json::{Value, json};

/// The decision as an order to do it.
pub(super) fn verb(ruling: Ruling) -> &'static str {
    match ruling {
        Ruling::Reinstate => "Reinstate",
        Ruling::Suspend => "Suspend",
        Ruling::Revoke => "Revoke",
        Ruling::Reissue => "Reissue",
        Ruling::RotateKey => "Replace the key of",
        Ruling::Erase => "Erase",
    }
}

/// For people.
pub(super) fn report(decided: &Decided, ruling: Ruling, operator: &Operator) -> String {
    let Decided { before, after, row, .. } = decided;
    if !row.processed {
        let why = row.error.as_deref().unwrap_or("it is not decided yet");
        return format!(
            "{}  not changed\n{}",
            before.terms.key,
            sheet::fields(&[
                ("because", why.to_owned()),
                ("then", format!("mintmark-replay run {}", row.id))
            ])
        );
    }
    let terms = &after.terms;
    let mut fields =
        vec![("order", format!("{} of {}, {}", terms.source_order_id, terms.source, terms.email))];
    if terms.key != before.terms.key {
        fields.push(("dead", format!("the key {}, and every blob made with it", before.terms.key)));
    }
    if terms.seq != before.terms.seq {
        fields.push(("blob", format!("number {} (it was {})", terms.seq, before.terms.seq)));
    }
    fields.push(("apps", apps(decided)));
    fields.push(("letter", letter(decided)));
    fields.push(("on record", format!("row {}, {operator}", row.id)));
    format!("{}  {}\n{}", terms.key, change(decided, ruling), sheet::fields(&fields))
}

/// For programs. `license` is the license as it is now.
pub(super) fn json(decided: &Decided, ruling: Ruling, operator: &Operator, license: Value) -> Value {
    let Decided { before, after, letter, has_new_letter, row } = decided;
    json!({
        "decision": ruling.as_str(),
        "by": operator.name,
        "why": operator.why,
        "delivery_id": row.id,
        "processed": row.processed,
        "outcome": row.outcome.map(|outcome| outcome.as_str()),
        "error": row.error,
        "status_before": before.state.status.as_str(),
        "key_before": before.terms.key,
        "seq_before": before.terms.seq,
        "void_below": after.state.void_below,
        "on_revocation_list": decided.is_on_the_revocation_list(),
        "new_letter": letter.as_ref().filter(|_| *has_new_letter).map(|letter| letter.id),
        "license": license,
    })
}

fn change(decided: &Decided, ruling: Ruling) -> String {
    let (before, after) = (decided.before.state.status, decided.after.state.status);
    match ruling {
        Ruling::Reissue => "has a new blob".to_owned(),
        Ruling::RotateKey => "is its key now".to_owned(),
        _ if before == after => format!("is {after}, as it was"),
        _ => format!("is {after} (it was {before})"),
    }
}

fn apps(decided: &Decided) -> String {
    let state = &decided.after.state;
    if !decided.is_on_the_revocation_list() {
        return "the revocation list does not name it".to_owned();
    }
    let what = match state.status {
        LicenseStatus::Active => format!("blobs before number {}", state.void_below),
        _ => "every blob of it".to_owned(),
    };
    format!("a running server puts {what} on the revocation list within seconds")
}

fn letter(decided: &Decided) -> String {
    match &decided.letter {
        Some(letter) if decided.has_new_letter => {
            format!("number {}, {}, to {}", letter.id, letter.state, letter.recipient)
        }
        Some(letter) if letter.state == LetterState::Queued => {
            format!("number {} has not left yet, and brings the license as it is then", letter.id)
        }
        Some(letter) if letter.is_withheld() => format!("number {} is held back, and not sent", letter.id),
        Some(_) | None => "none was written; --mail does, or mintmark-admin license resend".to_owned(),
    }
}
