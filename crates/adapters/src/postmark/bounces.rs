//! Postmark's types of bounces: which of them are the end of a letter, and which of an address.

use crate::Fate;

/// What a type of bounce means, in words for a person.
///
/// A soft bounce and what is only late are noted: a full mailbox is emptied again, and Postmark goes on trying where it
/// says `Transient`.
pub(super) fn meaning(bounce_type: &str) -> Option<(Fate, &'static str)> {
    Some(match bounce_type {
        "HardBounce" => (Fate::Bounced, "hard bounce"),
        "BadEmailAddress" => (Fate::Bounced, "not an address"),
        "ManuallyDeactivated" => (Fate::Bounced, "address deactivated at Postmark"),
        "Unconfirmed" => (Fate::Bounced, "address not confirmed"),
        "SpamComplaint" => (Fate::Complained, "spam complaint"),
        "Blocked" => (Fate::Refused, "blocked by the receiving server"),
        "DMARCPolicy" => (Fate::Refused, "refused by the DMARC policy of the sender's domain"),
        "VirusNotification" => (Fate::Refused, "taken for a virus"),
        "SMTPApiError" => (Fate::Refused, "error of Postmark's SMTP API"),
        "TemplateRenderingFailed" => (Fate::Refused, "template not rendered"),
        "SoftBounce" => (Fate::Noted, "soft bounce"),
        "Transient" => (Fate::Noted, "late, Postmark tries again"),
        "DnsError" => (Fate::Noted, "the receiving domain could not be looked up"),
        "SpamNotification" => (Fate::Noted, "filed as spam"),
        "ChallengeVerification" => (Fate::Noted, "the receiving server asks for a confirmation"),
        "AutoResponder" => (Fate::Noted, "automatic answer"),
        "AddressChange" => (Fate::Noted, "the address has changed"),
        "Subscribe" => (Fate::Noted, "subscription request"),
        "Unsubscribe" => (Fate::Noted, "unsubscription request"),
        "OpenRelayTest" => (Fate::Noted, "open relay test"),
        "InboundError" => (Fate::Noted, "error of an inbound webhook"),
        "Unknown" => (Fate::Noted, "bounce of unknown type"),
        _ => return None,
    })
}
