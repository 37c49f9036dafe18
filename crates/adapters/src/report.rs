//! What a mail provider tells of a letter that it took.

use std::fmt::{self, Debug};

use jiff::Timestamp;

/// One report about one letter to one address. At least one of the three names says which.
#[derive(Clone, PartialEq, Eq)]
pub struct MailReport {
    /// Our own name of the letter, which the provider repeats.
    pub mail_uid: Option<String>,
    /// The provider's id of the sending.
    pub message_id: Option<String>,
    /// The address, trimmed.
    pub recipient: Option<String>,
    /// When it happened; `None` if the report does not say.
    pub at: Option<Timestamp>,
    /// What happened.
    pub fate: Fate,
    /// What happened, in words for a person: the provider's fixed ones, never the receiving server's, which quote addresses.
    pub words: String,
}

/// What became of a letter, or of the address it went to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fate {
    /// Nothing that matters to the letter: it is late, was opened, or met something that passes.
    Noted,
    /// The receiving server took it.
    Delivered,
    /// It came back, and others to this address may still arrive.
    Refused,
    /// It came back: the address takes no mail.
    Bounced,
    /// The buyer called it spam, and the provider sends this address nothing more.
    Complained,
    /// The provider sends this address nothing more.
    Suppressed,
    /// The provider sends to this address again.
    Reactivated,
}

/// Whose letter it was is a buyer's private matter.
impl Debug for MailReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { mail_uid, message_id, at, fate, words, .. } = self;
        let mut shown = formatter.debug_struct("MailReport");
        shown.field("mail_uid", mail_uid).field("message_id", message_id).field("at", at);
        shown.field("fate", fate).field("words", words).finish_non_exhaustive()
    }
}
