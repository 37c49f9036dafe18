//! What an SMTP server's replies mean.

use std::error::Error;

use super::session::{Failed, Step};
use crate::{FailureClass, SendError, mailers::said::said};

/// The meaning of a failed conversation. The enhanced code decides over the basic one.
pub(super) fn verdict(failed: &Failed, password: Option<&str>) -> SendError {
    let step = failed.step;
    let Some(status) = failed.error.status() else {
        let class = without_reply(step, failed.error.is_client());
        let message = format!("smtp at {step}: {}", said(&failed.error.to_string(), password));
        return SendError { class, code: None, message };
    };
    let words = failed.error.source().map(ToString::to_string).unwrap_or_default();
    let reply = Reply { basic: status.into(), enhanced: Enhanced::find(&words) };
    let message = format!("smtp at {step}: {} {}", reply.basic, said(&words, password));
    SendError { class: classify(step, reply), code: Some(reply.code()), message }
}

/// The numbers of a negative reply.
#[derive(Debug, Clone, Copy)]
struct Reply {
    basic: u16,
    enhanced: Option<Enhanced>,
}

/// An enhanced status code: `5.1.1`.
#[derive(Debug, Clone, Copy)]
struct Enhanced {
    class: u16,
    subject: u16,
    detail: u16,
}

impl Reply {
    fn code(self) -> String {
        match self.enhanced {
            Some(Enhanced { class, subject, detail }) => {
                format!("{} {class}.{subject}.{detail}", self.basic)
            }
            None => self.basic.to_string(),
        }
    }

    fn is_transient(self) -> bool {
        match self.enhanced {
            Some(enhanced) => enhanced.class == 4,
            None => self.basic / 100 == 4,
        }
    }

    fn subject_and_detail(self) -> Option<(u16, u16)> {
        self.enhanced.map(|enhanced| (enhanced.subject, enhanced.detail))
    }
}

impl Enhanced {
    // Only classes 4 and 5 say that something failed.
    fn find(words: &str) -> Option<Self> {
        let mut numbers = words.split_whitespace().next()?.split('.').map(|part| part.parse().ok());
        let (class, subject, detail) = (numbers.next()??, numbers.next()??, numbers.next()??);
        let whole = numbers.next().is_none() && matches!(class, 4 | 5);
        whole.then_some(Self { class, subject, detail })
    }
}

// A client error is ours: the server offers no STARTTLS, or no way to log in that we know.
fn without_reply(step: Step, is_ours: bool) -> FailureClass {
    match step {
        Step::FinalDot => FailureClass::Unknown,
        Step::Connect | Step::Login if is_ours => FailureClass::Configuration,
        Step::Connect | Step::Login | Step::Sender | Step::Recipient | Step::Message => {
            FailureClass::Transient
        }
    }
}

fn classify(step: Step, reply: Reply) -> FailureClass {
    if reply.is_transient() {
        return FailureClass::Transient;
    }
    match (reply.basic, reply.subject_and_detail()) {
        // Wants a login, or does not like ours, at whatever step it says so.
        (530 | 534 | 535 | 538, _) | (_, Some((7, 8 | 9 | 11))) => FailureClass::Configuration,
        _ => match step {
            Step::Connect | Step::Login => FailureClass::Configuration,
            Step::Sender => at_sender(reply),
            Step::Recipient => at_recipient(reply),
            Step::Message | Step::FinalDot => at_message(reply),
        },
    }
}

// The sender is the same in every letter, so all but the size is a matter of configuration.
fn at_sender(reply: Reply) -> FailureClass {
    match (reply.basic, reply.subject_and_detail()) {
        (_, Some((3, 4) | (2, 3))) | (552, None) => FailureClass::Content,
        _ => FailureClass::Configuration,
    }
}

fn at_recipient(reply: Reply) -> FailureClass {
    match reply.subject_and_detail() {
        Some((7, _)) => FailureClass::Policy,
        Some((3, 4) | (6, _)) => FailureClass::Content,
        _ => FailureClass::Recipient,
    }
}

fn at_message(reply: Reply) -> FailureClass {
    match (reply.basic, reply.subject_and_detail()) {
        (_, Some((7, _))) | (550 | 554, None) => FailureClass::Policy,
        (_, Some((1, _) | (2, 0..=2))) => FailureClass::Recipient,
        _ => FailureClass::Content,
    }
}

#[cfg(test)]
mod tests {
    use super::{Enhanced, Reply, Step, classify};
    use crate::FailureClass::{self, Configuration, Content, Policy, Recipient, Transient};

    fn class(step: Step, basic: u16, words: &str) -> FailureClass {
        classify(step, Reply { basic, enhanced: Enhanced::find(words) })
    }

    #[test]
    fn the_step_and_the_enhanced_code_decide() {
        let cases = [
            (Step::Connect, 421, "4.3.2 closing", Transient),
            (Step::Connect, 554, "no service", Configuration),
            (Step::Login, 535, "5.7.8 bad credentials", Configuration),
            (Step::Login, 454, "4.7.0 later", Transient),
            (Step::Sender, 450, "later", Transient),
            (Step::Sender, 530, "5.7.0 log in first", Configuration),
            (Step::Login, 538, "5.7.11 encryption required", Configuration),
            (Step::Login, 534, "5.7.9 mechanism too weak", Configuration),
            (Step::Message, 530, "5.7.0 log in first", Configuration),
            (Step::Recipient, 421, "4.4.2 timed out", Transient),
            (Step::Recipient, 421, "closing", Transient),
            (Step::Sender, 550, "5.7.1 not your domain", Configuration),
            (Step::Sender, 552, "5.3.4 too large", Content),
            (Step::Recipient, 450, "4.2.0 greylisted", Transient),
            (Step::Recipient, 550, "5.1.1 no such user", Recipient),
            (Step::Recipient, 551, "user not local", Recipient),
            (Step::Recipient, 553, "5.1.3 bad syntax", Recipient),
            (Step::Recipient, 552, "5.2.2 mailbox full", Recipient),
            (Step::Recipient, 550, "no such user", Recipient),
            (Step::Recipient, 553, "no such user", Recipient),
            (Step::Recipient, 550, "5.7.1 blocked", Policy),
            (Step::Recipient, 550, "4.2.2 enhanced over basic", Transient),
            (Step::Recipient, 450, "5.1.1 enhanced over basic", Recipient),
            (Step::Message, 554, "5.5.1 no valid recipients", Content),
            (Step::FinalDot, 452, "4.3.1 disk full", Transient),
            (Step::FinalDot, 552, "5.3.4 too large", Content),
            (Step::FinalDot, 552, "too large", Content),
            (Step::FinalDot, 554, "5.6.0 malformed", Content),
            (Step::FinalDot, 554, "5.6.3 conversion", Content),
            (Step::FinalDot, 554, "4.7.1 greylisted", Transient),
            (Step::FinalDot, 451, "5.6.0 malformed", Content),
            (Step::FinalDot, 421, "4.7.0 closing", Transient),
            (Step::FinalDot, 550, "5.7.1 spam", Policy),
            (Step::FinalDot, 554, "5.7.1 spam", Policy),
            (Step::FinalDot, 554, "spam", Policy),
            (Step::FinalDot, 550, "5.1.1 no such user", Recipient),
        ];
        for (step, basic, words, expected) in cases {
            assert_eq!(class(step, basic, words), expected, "{step}: {basic} {words}");
        }
    }

    #[test]
    fn words_that_only_look_like_a_code_are_words() {
        for words in ["", "5.1", "5.1.1.1 x", "2.0.0 ok", "192.168.1 down", "5.x.1"] {
            assert!(Enhanced::find(words).is_none(), "{words}");
        }
    }
}
