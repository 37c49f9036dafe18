//! How a sending ends: what is written down about the letter, and what follows.

use super::doubt::Findings;
use super::schedule;
use jiff::{SignedDuration, Timestamp};
use mintmark_mail::{FailureClass, Receipt, Recourse, SendError};
use mintmark_storage::{Doubt, Letter, LetterResult, LetterState};

/// Over SMTP nobody can be asked what became of a letter: a hasty second one may be one too many.
pub(super) const LONGEST_SILENCE: SignedDuration = SignedDuration::from_mins(10);
/// Sendings into the unknown of one letter, where nobody can be asked; after those a person decides.
pub(super) const MOST_DOUBTS: i64 = 2;

/// The end of a sending.
#[derive(Debug, PartialEq)]
pub(super) struct End {
    pub(super) result: LetterResult,
    pub(super) then: Then,
}

/// What follows at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    /// Nothing: the letter has arrived, waits for its time, or is given up.
    Nothing,
    /// Another channel may try.
    Elsewhere,
}

/// One sending, or the attempt to find out about an earlier one.
#[derive(Clone, Copy)]
pub(super) struct Sending<'a> {
    /// The letter as it was claimed, this attempt counted.
    pub(super) letter: &'a Letter,
    pub(super) provider: &'static str,
    pub(super) recourse: Recourse<'a>,
    /// The provider that may try if this one cannot.
    pub(super) fallback: Option<&'static str>,
    pub(super) now: Timestamp,
}

impl Sending<'_> {
    /// The provider was asked and has it: asking is no attempt.
    pub(super) fn found(self, receipt: Receipt) -> End {
        let End { result, then } = self.accepted(receipt);
        End { result: LetterResult { attempts: self.letter.attempts - 1, ..result }, then }
    }

    /// The provider took it.
    pub(super) fn accepted(self, receipt: Receipt) -> End {
        let (state, message_id) = match receipt {
            Receipt::Accepted { message_id } => (LetterState::Accepted, message_id),
            Receipt::Logged => (LetterState::Logged, None),
        };
        self.rest(LetterResult { state, message_id, ..self.settled() })
    }

    /// The provider did not take it, or it is not known whether it did. `paused`: until when the channel is.
    pub(super) fn failed(self, error: &SendError, paused: Option<Timestamp>) -> End {
        let failed = LetterResult {
            failure_class: Some(error.class.as_str().to_owned()),
            error: Some(error.message.clone()),
            ..self.settled()
        };
        match error.class {
            FailureClass::Transient => self.transient(failed, paused),
            FailureClass::Unknown => self.unknown(failed),
            FailureClass::Throttle | FailureClass::Configuration => self.not_its_fault(failed, paused),
            FailureClass::Recipient | FailureClass::Content => self.rest(failed),
            FailureClass::Policy => self.refused(failed),
        }
    }

    /// Nothing is sent to its address by itself: that is no attempt.
    pub(super) fn suppressed(self, why: &str) -> End {
        self.rest(LetterResult {
            state: LetterState::Held,
            attempts: self.letter.attempts - 1,
            failure_class: Some("suppressed".to_owned()),
            error: Some(format!("not sent, since mail to this address came back: {why}")),
            ..self.settled()
        })
    }

    /// Nobody knows how often it was sent.
    pub(super) fn given_up(self) -> End {
        let error = "whether it was sent is not known, and nobody can be asked".to_owned();
        self.rest(LetterResult {
            attempts: self.letter.attempts - 1,
            failure_class: Some(FailureClass::Unknown.as_str().to_owned()),
            error: Some(error),
            ..self.settled()
        })
    }

    /// It was not sent, because an earlier sending of it is in doubt.
    pub(super) fn put_back(self, findings: Findings) -> End {
        let Letter { attempts, channel, doubt, failure_class, error, .. } = self.letter;
        let asked = doubt.map(|doubt| Doubt { asked: doubt.asked + findings.in_vain, ..doubt });
        self.rest(LetterResult {
            state: LetterState::Queued,
            due_at: Some(findings.due_at),
            attempts: attempts - 1,
            channel: channel.clone(),
            doubt: asked,
            failure_class: failure_class.clone(),
            error: findings.error.or_else(|| error.clone()),
            ..self.settled()
        })
    }

    fn transient(self, failed: LetterResult, paused: Option<Timestamp>) -> End {
        let then = if self.fallback.is_some() { Then::Elsewhere } else { Then::Nothing };
        match self.next() {
            Some(next) => End { then, ..self.rest(self.again(failed, later(next, paused))) },
            None => self.rest(failed),
        }
    }

    fn unknown(self, failed: LetterResult) -> End {
        let doubts = self.letter.doubts + 1;
        let Some(next) = self.next() else { return self.rest(LetterResult { doubts, ..failed }) };
        let patient = later(next, self.now.saturating_add(LONGEST_SILENCE).ok());
        let due_at = match self.recourse {
            Recourse::Ask(_) => self.now,
            Recourse::Repeat => next,
            Recourse::Wait if doubts < MOST_DOUBTS => patient,
            Recourse::Wait => return self.rest(LetterResult { doubts, ..failed }),
        };
        self.rest(LetterResult {
            doubts,
            doubt: Some(Doubt { since: self.now, asked: 0 }),
            channel: Some(self.provider.to_owned()),
            ..self.again(failed, due_at)
        })
    }

    /// The channel's trouble costs the letter no attempt. Where the fallback has it, the first channel may be well.
    fn not_its_fault(self, failed: LetterResult, paused: Option<Timestamp>) -> End {
        let again = self.again(failed, paused.unwrap_or(self.now));
        self.rest(LetterResult { attempts: self.letter.attempts - 1, ..again })
    }

    /// Another provider may see it otherwise, once.
    fn refused(self, failed: LetterResult) -> End {
        let Some(fallback) = self.fallback else { return self.rest(failed) };
        let channel = Some(fallback.to_owned());
        let result = LetterResult { channel, ..self.again(failed, self.now) };
        End { then: Then::Elsewhere, ..self.rest(result) }
    }

    fn again(self, failed: LetterResult, due_at: Timestamp) -> LetterResult {
        LetterResult { state: LetterState::Queued, due_at: Some(due_at), channel: self.bound_to(), ..failed }
    }

    /// A letter that the first channel refused stays with the fallback; one that was in doubt is free again.
    fn bound_to(self) -> Option<String> {
        self.letter.channel.clone().filter(|_| self.letter.doubt.is_none())
    }

    /// Given up, unless something else is said.
    fn settled(self) -> LetterResult {
        LetterResult {
            state: LetterState::Failed,
            provider: self.provider.to_owned(),
            message_id: None,
            failure_class: None,
            error: None,
            due_at: None,
            attempts: self.letter.attempts,
            channel: None,
            doubt: None,
            doubts: self.letter.doubts,
        }
    }

    fn rest(self, result: LetterResult) -> End {
        End { result, then: Then::Nothing }
    }

    fn next(self) -> Option<Timestamp> {
        let Letter { attempts, mail_uid, queued_at, .. } = self.letter;
        schedule::next(*attempts, mail_uid, *queued_at, self.now)
    }
}

/// Never earlier than a pause ends.
fn later(time: Timestamp, pause: Option<Timestamp>) -> Timestamp {
    pause.map_or(time, |pause| time.max(pause))
}
