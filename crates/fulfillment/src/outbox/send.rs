//! Letters in hand: judged if they are in doubt, rendered, and given to the provider.

use super::doubt::{self, Findings, Judgement};
use super::end::{End, Sending};
use super::trouble::Admission;
use super::{Channel, Role, Shared};
use mintmark_mail::{FailureClass, Receipt, SendError};
use mintmark_storage::{ClaimedLetter, LetterState, crash_point};
use std::panic::{AssertUnwindSafe, catch_unwind};
use tracing::Span;

type Sent = Result<Receipt, SendError>;

/// A worker's place at a channel that lets it through.
#[derive(Clone, Copy)]
pub(super) struct Desk<'a> {
    pub(super) shared: &'a Shared,
    pub(super) role: Role,
    pub(super) channel: &'a Channel,
    pub(super) admission: &'a Admission<'a>,
}

/// A letter on its way over the desk.
enum Stage {
    Ready(mintmark_mail::Letter),
    Ended(End),
}

impl<'a> Desk<'a> {
    /// Gives letters to the provider; answers for each, in their order.
    pub(super) fn send(self, claimed: &[ClaimedLetter]) -> Vec<End> {
        let spans: Vec<Span> = claimed.iter().map(span).collect();
        let prepared = claimed.iter().zip(&spans);
        let stages: Vec<Stage> =
            prepared.map(|(claimed, span)| span.in_scope(|| self.prepare(claimed))).collect();
        let ready: Vec<_> = stages.iter().filter_map(Stage::ready).cloned().collect();
        let sent = match spans.as_slice() {
            [span] => span.in_scope(|| self.hand_over(&ready)),
            _ => self.hand_over(&ready),
        };
        let mut sent = sent.into_iter();
        let mut end = |(claimed, stage): (&ClaimedLetter, Stage)| match stage {
            Stage::Ended(end) => end,
            Stage::Ready(_) => self.sent(claimed, sent.next().unwrap_or_else(|| Err(panicked()))),
        };
        let ends: Vec<End> = claimed.iter().zip(stages).map(&mut end).collect();
        for ((claimed, end), span) in claimed.iter().zip(&ends).zip(spans) {
            span.in_scope(|| self.tell(claimed, end));
        }
        ends
    }

    fn prepare(self, claimed: &ClaimedLetter) -> Stage {
        let (letter, now) = (&claimed.letter, self.shared.now());
        tracing::debug!(attempt = letter.attempts, "letter in hand");
        let sending = self.sending(claimed);
        match doubt::judge(self.channel, self.admission, letter, now) {
            Judgement::Found(receipt) => Stage::Ended(sending.found(receipt)),
            Judgement::GiveUp => Stage::Ended(sending.given_up()),
            Judgement::PutBack(findings) => Stage::Ended(sending.put_back(findings)),
            // Asking took its time, and sending may take as long again.
            Judgement::Send if letter.doubt.is_some() && self.shared.closing.has_begun() => {
                Stage::Ended(sending.put_back(Findings { due_at: now, in_vain: 0, error: None }))
            }
            Judgement::Send if claimed.suppressed.is_some() => {
                Stage::Ended(sending.suppressed(claimed.suppressed.as_deref().unwrap_or_default()))
            }
            Judgement::Send => {
                let rendered = catch_unwind(AssertUnwindSafe(|| self.shared.office.render(claimed)));
                match rendered.unwrap_or_else(|_| Err(panicked())) {
                    Ok(letter) => Stage::Ready(letter),
                    // The provider has no part in it.
                    Err(error) => Stage::Ended(sending.failed(&error, None)),
                }
            }
        }
    }

    /// A letter that makes the mailer panic must not be its neighbors' end.
    fn hand_over(self, letters: &[mintmark_mail::Letter]) -> Vec<Sent> {
        if letters.is_empty() {
            return Vec::new();
        }
        crash_point("before-send");
        let mailer = &self.channel.mailer;
        let together = catch_unwind(AssertUnwindSafe(|| mailer.send_all(letters)));
        let alone = |letter| catch_unwind(AssertUnwindSafe(|| mailer.send(letter)));
        match together {
            Ok(sent) => sent,
            Err(_) if letters.len() == 1 => vec![Err(panicked())],
            Err(_) => {
                letters.iter().map(|letter| alone(letter).unwrap_or_else(|_| Err(panicked()))).collect()
            }
        }
    }

    fn sent(self, claimed: &ClaimedLetter, sent: Sent) -> End {
        let sending = self.sending(claimed);
        match sent {
            Ok(receipt) => {
                self.admission.succeeded();
                sending.accepted(receipt)
            }
            Err(error) => sending.failed(&error, self.admission.failed(error.class, sending.now)),
        }
    }

    fn tell(self, claimed: &ClaimedLetter, end: &End) {
        let (result, meter) = (&end.result, &self.shared.office.meter);
        match (result.state, result.failure_class.as_deref()) {
            (LetterState::Accepted | LetterState::Logged, _) => {
                meter.accepted(&result.provider, claimed.letter.queued_at, self.shared.now());
            }
            (LetterState::Queued, Some(class)) => meter.retried(class, &result.provider),
            _ => {}
        }
        tell(claimed, end);
    }

    fn sending<'b>(self, claimed: &'b ClaimedLetter) -> Sending<'b>
    where
        'a: 'b,
    {
        Sending {
            letter: &claimed.letter,
            provider: self.channel.provider(),
            recourse: self.channel.mailer.recourse(),
            fallback: self.shared.fallback_of(self.role).map(Channel::provider),
            now: self.shared.now(),
        }
    }
}

impl Stage {
    fn ready(&self) -> Option<&mintmark_mail::Letter> {
        match self {
            Self::Ready(letter) => Some(letter),
            Self::Ended(_) => None,
        }
    }
}

/// What is logged of a letter tells whose it is.
fn span(claimed: &ClaimedLetter) -> Span {
    let ClaimedLetter { letter, delivery, .. } = claimed;
    tracing::info_span!("letter", letter = letter.id, license = letter.license_id, delivery)
}

fn panicked() -> SendError {
    SendError { class: FailureClass::Content, code: None, message: "sending it panicked".to_owned() }
}

fn tell(claimed: &ClaimedLetter, end: &End) {
    let (letter, result) = (claimed.letter.id, &end.result);
    let (provider, class) = (result.provider.as_str(), result.failure_class.as_deref());
    let error = result.error.as_deref();
    let next = result.due_at.map(tracing::field::display);
    match (result.state, class) {
        (LetterState::Accepted | LetterState::Logged, _) => {
            tracing::info!(letter, provider, state = %result.state, "letter sent");
        }
        // Letters wait for a person: a token, a template, or a bug of ours.
        (_, Some("configuration" | "content")) => {
            tracing::error!(letter, provider, class, error, next, "letter not sent");
        }
        _ => tracing::warn!(letter, provider, class, error, next, "letter not sent"),
    }
}
