//! What buyers are written: the letter that brings a license, and those about what becomes of it.

use super::attempt::Cause;
use super::order::Order;
use super::settler::Settler;
use crate::catalog::{Entitled, Notice, Terms};
use jiff::{Timestamp, ToSpan as _};
use mintmark_adapters::manual::Mail;
use mintmark_mail::Address;
use mintmark_storage::{Ledger, LetterKind, NewLetter, Outcome, Result};

impl Settler {
    /// Tells the buyer of a change, of all licenses that change with this one in one letter.
    pub(super) fn tell(
        &self,
        ledger: &mut Ledger<'_>,
        order: &Order<'_>,
        license_id: &str,
        outcome: Option<Outcome>,
        cause: Option<&Cause<'_>>,
    ) -> Result<()> {
        let (notice, kind) = match outcome {
            Some(Outcome::Renewed) => (Some(Notice::Renewal), LetterKind::Renewal),
            Some(Outcome::Revoked) => (Some(Notice::Revocation), LetterKind::Revocation),
            Some(Outcome::Suspended) => (Some(Notice::Suspension), LetterKind::Suspension),
            Some(Outcome::Reinstated | Outcome::Updated) => (None, LetterKind::License),
            _ => return Ok(()),
        };
        let is_told = cause.and_then(Cause::decision).is_some_and(|decision| decision.mail == Mail::Send);
        if is_told || notice.is_some_and(|notice| order.entitled.notify.contains(&notice)) {
            let leader = cause.and_then(|cause| cause.notice.get());
            let letter = ledger.write_letter(license_id, self.letter(order, kind, 0), leader)?;
            if let (Some(cause), None) = (cause, letter.enclosed_in) {
                cause.notice.set(Some(letter.id));
            }
        }
        Ok(())
    }

    pub(super) fn letter(&self, order: &Order<'_>, kind: LetterKind, head_start: i64) -> NewLetter {
        let Entitled { order: sale, terms, .. } = order.entitled;
        new_letter(kind, terms, &sale.email, head_start, self.now)
    }
}

/// A name for a letter. It begins with the time, so that names that are given one after the other stand side by side
/// in an index; the rest is random.
pub(crate) fn mail_uid(now: Timestamp) -> String {
    let seconds = u64::try_from(now.as_second()).unwrap_or_default();
    let nanoseconds = u32::try_from(now.subsec_nanosecond()).unwrap_or_default();
    uuid::Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, seconds, nanoseconds)).to_string()
}

/// A letter about a license; held from the start if its address cannot be mailed.
pub(super) fn new_letter(
    kind: LetterKind,
    terms: &Terms,
    recipient: &str,
    head_start: i64,
    now: Timestamp,
) -> NewLetter {
    let template = match kind {
        LetterKind::License => terms.letter.as_str(),
        other => other.as_str(),
    };
    NewLetter {
        kind,
        mail_uid: mail_uid(now),
        template: template.to_owned(),
        download: terms.download.clone(),
        recipient: recipient.to_owned(),
        unmailable: Address::parse(recipient).err().map(|error| error.to_string()),
        not_before: now.saturating_add(head_start.seconds()).unwrap_or(now),
    }
}
