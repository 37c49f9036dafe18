//! The trait that every way of sending implements, with its answers.

use std::fmt::{self, Debug};

use crate::{Examination, Letter};

/// A way to send letters.
///
/// `send` blocks for about 10 seconds at most. It holds at most two connections to a provider: a
/// third thread waits for one of them first.
pub trait Mailer: Debug + Send + Sync {
    /// The word for this way in settings, tables and logs: `postmark`, `smtp`, `folder`, `memory`.
    fn provider(&self) -> &'static str;

    /// Sends the letter once and says what became of it.
    ///
    /// # Errors
    /// [`SendError`], whose class says whether and when another attempt makes sense.
    fn send(&self, letter: &Letter) -> Result<Receipt, SendError>;

    /// Sends several letters and answers for each, in their order. For ways that can share work among
    /// letters; the others send one after the other.
    fn send_all(&self, letters: &[Letter]) -> Vec<Result<Receipt, SendError>> {
        letters.iter().map(|letter| self.send(letter)).collect()
    }

    /// Asks the provider whether it would take letters: connection, credentials, account. Sends none. Ways
    /// that ask nobody answer without words.
    ///
    /// # Errors
    /// [`SendError`]: it would not, or it did not answer.
    fn examine(&self) -> Result<Examination, SendError> {
        Ok(Examination::default())
    }

    /// What can be done about a letter whose sending ended [`FailureClass::Unknown`], or never ended.
    fn recourse(&self) -> Recourse<'_>;
}

/// What can be done about a letter that may have been sent.
#[derive(Clone, Copy)]
pub enum Recourse<'a> {
    /// The provider can be asked whether it has the letter.
    Ask(&'a dyn Inquiry),
    /// Nobody can be asked. Every further sending can be one letter too many.
    Wait,
    /// Nothing: another sending takes the place of the first.
    Repeat,
}

/// A provider that finds letters by their uid.
pub trait Inquiry {
    /// Asks for the letter. The receipt that its sending should have brought, or `None`: the provider
    /// does not have it, or not yet in its index.
    ///
    /// # Errors
    /// [`SendError`]: the question was not answered. Nothing follows from it for the letter.
    fn find(&self, uid: &str) -> Result<Option<Receipt>, SendError>;
}

/// A letter that left our hands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Receipt {
    /// The provider took it. Whether it arrives is not known yet.
    Accepted {
        /// The provider's id: Postmark's `MessageID`, or the `Message-ID` sent over SMTP.
        message_id: Option<String>,
    },
    /// It was written to the letters folder, because no provider is configured.
    Logged,
}

/// Why a letter was not accepted, or is not known to be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SendError {
    /// What to do about it.
    pub class: FailureClass,
    /// The provider's code, if it gave one: Postmark's HTTP status and error code such as
    /// `422/406`, or SMTP's basic and enhanced codes such as `550 5.1.1`.
    pub code: Option<String>,
    /// The provider and what it said, with addresses masked and secrets taken out.
    pub message: String,
}

/// What a failure means for the letter and for the channel it went through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FailureClass {
    /// Surely not sent. Try again later.
    Transient,
    /// The connection was lost after the request or the final dot was written: it may have been
    /// sent. Another attempt can make a second copy.
    Unknown,
    /// Too many letters. Pause the channel; the attempt does not count.
    Throttle,
    /// Wrong token, password, sender or account. No letter will pass until someone mends it; the
    /// attempt does not count.
    Configuration,
    /// This address takes no mail.
    Recipient,
    /// The provider cannot take this message, however often it is sent.
    Content,
    /// The receiving side calls the message unwanted.
    Policy,
}

impl Debug for Recourse<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Ask(_) => "Ask",
            Self::Wait => "Wait",
            Self::Repeat => "Repeat",
        })
    }
}

impl FailureClass {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::Transient,
        Self::Unknown,
        Self::Throttle,
        Self::Configuration,
        Self::Recipient,
        Self::Content,
        Self::Policy,
    ];

    /// The class as one lower-case word, as it is stored and printed.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Transient => "transient",
            Self::Unknown => "unknown",
            Self::Throttle => "throttle",
            Self::Configuration => "configuration",
            Self::Recipient => "recipient",
            Self::Content => "content",
            Self::Policy => "policy",
        }
    }
}

impl fmt::Display for FailureClass {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
