//! What follows from a mail provider's report: for a letter and its address, and nothing for any order.

use super::attempt::{self, Attempt, Ending};
use super::{Ended, Fulfilled, Outcome};
use crate::{Error, Fulfillment};
use mintmark_adapters::{Fate, Interpretation, MailReport};
use mintmark_storage::{Fate as Told, LetterReport, Reported, Subject};

impl Fulfillment {
    /// Writes a report down. One that names no letter of ours is noted as well: other programs may send through the
    /// same account.
    pub(super) async fn report(
        &self,
        attempt: Attempt<'_>,
        interpretation: &Interpretation,
        report: &MailReport,
    ) -> Result<Ended, Error> {
        let (delivery, now) = (attempt.delivery.clone(), attempt.now);
        let (subject, words) = (attempt::subject(interpretation), report.words.clone());
        let conclude = move |reported: Option<&Reported>| {
            let (subject, reason) = match reported {
                Some(reported) => {
                    (of_letter(subject, reported), format!("letter {}: {words}", reported.letter))
                }
                None => (subject, format!("no letter of ours: {words}")),
            };
            let ending = Ending::done(Outcome::Noted).because(reason);
            Attempt { delivery: &delivery, now }.conclusion(subject, ending)
        };
        let reported = self.records.store.report(letter_report(attempt, report), conclude).await?;
        if let Some(Reported { letter, is_back: true, .. }) = reported {
            tracing::warn!(letter, reason = report.words, "a letter came back");
        }
        Ok((Fulfilled::Noted, Outcome::Noted.as_str()))
    }
}

fn of_letter(subject: Subject, reported: &Reported) -> Subject {
    Subject { mode: reported.mode.clone(), order_id: Some(reported.order_id.clone()), ..subject }
}

/// A report without a time counts from its arrival.
fn letter_report(attempt: Attempt<'_>, report: &MailReport) -> LetterReport {
    LetterReport {
        delivery_id: attempt.delivery.id,
        mail_uid: report.mail_uid.clone(),
        message_id: report.message_id.clone(),
        recipient: report.recipient.clone(),
        at: report.at.unwrap_or(attempt.delivery.recorded.received_at),
        fate: match report.fate {
            Fate::Noted => Told::Noted,
            Fate::Delivered => Told::Delivered,
            Fate::Refused => Told::Refused,
            Fate::Bounced => Told::Bounced,
            Fate::Complained => Told::Complained,
            Fate::Suppressed => Told::Suppressed,
            Fate::Reactivated => Told::Reactivated,
        },
        words: report.words.clone(),
    }
}
