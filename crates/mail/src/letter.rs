//! A letter: one message to one buyer, ready to be sent.

use std::fmt;

use crate::Address;

/// One message to one buyer. It is sent as often as it takes to be accepted once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// A UUID in text form, the same at every attempt. Providers see it as `Metadata.mail_uid`,
    /// receivers as the left side of the `Message-ID`.
    pub uid: String,
    /// The letter's row id. It names the file in the letters folder: `ID.eml`.
    pub id: i64,
    /// The buyer.
    pub to: Address,
    /// What the buyer reads.
    pub content: Content,
}

/// What a buyer reads. Holds the license, so `Debug` prints the subject and sizes only.
#[derive(Clone, PartialEq, Eq)]
pub struct Content {
    /// One line, without any text of the buyer's.
    pub subject: String,
    /// The plain text part.
    pub text: String,
    /// The HTML part, a whole document.
    pub html: String,
    /// Files, in the order shown.
    pub attachments: Vec<Attachment>,
}

/// A file in a letter.
#[derive(Clone, PartialEq, Eq)]
pub struct Attachment {
    /// The file name, ASCII, without a path.
    pub name: String,
    /// The media type, such as `application/octet-stream`.
    pub content_type: String,
    /// The file's bytes.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for Content {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Content")
            .field("subject", &self.subject)
            .field("text_length", &self.text.len())
            .field("html_length", &self.html.len())
            .field("attachments", &self.attachments)
            .finish()
    }
}

impl fmt::Debug for Attachment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Attachment")
            .field("name", &self.name)
            .field("content_type", &self.content_type)
            .field("length", &self.bytes.len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use crate::doubles::letter;

    #[test]
    fn debug_output_shows_neither_the_license_nor_the_whole_address() {
        let shown = format!("{:?}", letter());
        assert!(shown.contains("j***@e***.com"), "{shown}");
        for secret in ["DTLIC2", "DT1-CORE", "jane.doe"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}
