//! Letters that may have been sent already: before another sending, whoever can be asked is asked.

use super::channel::Channel;
use super::end::{LONGEST_SILENCE, MOST_DOUBTS};
use super::schedule;
use super::trouble::Admission;
use jiff::{SignedDuration, Timestamp};
use mintmark_mail::{FailureClass, Inquiry, Receipt, Recourse, SendError};
use mintmark_storage::{Doubt, Letter};

/// A provider that does not know a letter is asked once more: its search may lag behind its mail.
const QUESTIONS: i64 = 2;
/// Between the two.
const SEARCH_LAG: SignedDuration = SignedDuration::from_secs(20);
/// Between two tries to ask.
const PAUSE: SignedDuration = SignedDuration::from_secs(30);
/// If it cannot be asked for so long, the letter is sent: one too many is better than none.
const PATIENCE: SignedDuration = SignedDuration::from_mins(10);

/// What is to be done with a letter.
#[derive(Debug)]
pub(super) enum Judgement {
    /// It may be sent.
    Send,
    /// It was sent.
    Found(Receipt),
    /// It may have been sent more than once, and a person has to decide.
    GiveUp,
    /// It is not known yet.
    PutBack(Findings),
}

/// What is known of a letter that is still in doubt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Findings {
    /// When to look again.
    pub(super) due_at: Timestamp,
    /// Questions that were answered with "no".
    pub(super) in_vain: i64,
    /// What kept the question from being answered.
    pub(super) error: Option<String>,
}

/// Judges a letter that was claimed for this channel.
pub(super) fn judge(
    channel: &Channel,
    admission: &Admission<'_>,
    letter: &Letter,
    now: Timestamp,
) -> Judgement {
    let Some(doubt) = letter.doubt else { return Judgement::Send };
    // Another provider may have had it, which the settings no longer name: nobody is there to be asked.
    let is_ours = letter.channel.as_deref() == Some(channel.provider());
    match channel.mailer.recourse() {
        Recourse::Repeat if is_ours => Judgement::Send,
        Recourse::Ask(inquiry) if is_ours => ask(inquiry, admission, letter, doubt, now),
        Recourse::Repeat | Recourse::Ask(_) | Recourse::Wait => wait(letter, doubt, now),
    }
}

fn wait(letter: &Letter, doubt: Doubt, now: Timestamp) -> Judgement {
    if letter.doubts >= MOST_DOUBTS {
        return Judgement::GiveUp;
    }
    match doubt.since.saturating_add(LONGEST_SILENCE) {
        Ok(due_at) if due_at > now => Judgement::PutBack(Findings { due_at, in_vain: 0, error: None }),
        Ok(_) | Err(_) => Judgement::Send,
    }
}

fn ask(
    inquiry: &dyn Inquiry,
    admission: &Admission<'_>,
    letter: &Letter,
    doubt: Doubt,
    now: Timestamp,
) -> Judgement {
    let found = match inquiry.find(&letter.mail_uid) {
        Ok(found) => found,
        Err(error) => return unanswered(error, admission, doubt, now),
    };
    admission.succeeded();
    match found {
        Some(receipt) => Judgement::Found(receipt),
        None if doubt.asked + 1 >= QUESTIONS => Judgement::Send,
        None => {
            let due_at = next_question(letter, doubt, now);
            Judgement::PutBack(Findings { due_at, in_vain: 1, error: None })
        }
    }
}

/// The last question comes right before the next sending, so not before its time.
fn next_question(letter: &Letter, doubt: Doubt, now: Timestamp) -> Timestamp {
    let lag = now.saturating_add(SEARCH_LAG).unwrap_or(now);
    let sendings = letter.attempts - 1;
    let next = schedule::next(sendings, &letter.mail_uid, letter.queued_at, doubt.since);
    next.map_or(lag, |next| next.max(lag))
}

fn unanswered(error: SendError, admission: &Admission<'_>, doubt: Doubt, now: Timestamp) -> Judgement {
    let paused = admission.failed(error.class, now);
    // A provider that lets nobody in would not take the letter either.
    let is_closed = matches!(error.class, FailureClass::Throttle | FailureClass::Configuration);
    if !is_closed && now.duration_since(doubt.since) >= PATIENCE {
        return Judgement::Send;
    }
    let next = now.saturating_add(PAUSE).unwrap_or(now);
    let due_at = paused.map_or(next, |paused| next.max(paused));
    Judgement::PutBack(Findings { due_at, in_vain: 0, error: Some(error.message) })
}
