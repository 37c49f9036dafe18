//! A letter as the bytes that go over SMTP and into the letters folder.

use lettre::{
    Message,
    message::{
        Attachment, Body, Mailbox, MultiPart, SinglePart,
        header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue},
    },
};

use crate::{Letter, Sender};

// RFC 5322 allows this many bytes before the line end.
const LONGEST_PLAIN_LINE: usize = 998;

/// The whole message, ASCII only, so that any server takes it.
pub(super) fn mime(letter: &Letter, from: &Sender) -> Vec<u8> {
    let content = &letter.content;
    let words = MultiPart::alternative()
        .singlepart(text(&content.text))
        .singlepart(SinglePart::html(with_line_feeds(&content.html)));
    let parts = content.attachments.iter().map(attachment);
    let message = Message::builder()
        .from(from.mailbox())
        .to(Mailbox::new(None, letter.to.as_lettre().clone()))
        .subject(content.subject.clone())
        .message_id(Some(message_id(letter, from)))
        .raw_header(auto_submitted())
        .multipart(parts.fold(MultiPart::mixed().multipart(words), MultiPart::singlepart));
    message.expect("the message has a sender and a recipient").formatted()
}

/// The `Message-ID`, the same at every attempt: receivers may then drop a second copy.
pub(super) fn message_id(letter: &Letter, from: &Sender) -> String {
    format!("<{}@{}>", letter.uid, from.address().domain())
}

// Encoded only if it must be, so that the license can be copied from the file in the letters folder.
fn text(text: &str) -> SinglePart {
    let text = with_line_feeds(text);
    let fits = text.lines().all(|line| line.len() <= LONGEST_PLAIN_LINE);
    if fits && text.is_ascii() && !text.contains('\0') {
        let lines = text.replace('\n', "\r\n").into_bytes();
        SinglePart::plain(Body::dangerous_pre_encoded(lines, ContentTransferEncoding::SevenBit))
    } else {
        SinglePart::plain(text)
    }
}

// A carriage return alone ends a line for some servers and not for others.
fn with_line_feeds(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

fn attachment(attachment: &crate::Attachment) -> SinglePart {
    let octets = "application/octet-stream";
    let content_type = ContentType::parse(&attachment.content_type)
        .unwrap_or_else(|_| ContentType::parse(octets).expect("the type is well-formed"));
    let body = Body::new_with_encoding(attachment.bytes.clone(), ContentTransferEncoding::Base64)
        .expect("base64 encodes any bytes");
    Attachment::new(attachment.name.clone()).body(body, content_type)
}

// Keeps vacation responders silent.
fn auto_submitted() -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned())
}

#[cfg(test)]
mod tests {
    use super::mime;
    use crate::{
        Sender,
        doubles::{letter, sender},
    };

    fn shown(from: &Sender) -> String {
        let message = mime(&letter(), from);
        assert!(message.is_ascii());
        String::from_utf8(message).unwrap().replace("\r\n", "\n")
    }

    #[test]
    fn a_letter_has_text_html_and_a_file() {
        let mut settings = insta::Settings::clone_current();
        settings.add_filter("boundary=\"[^\"]+\"", "boundary=\"[boundary]\"");
        settings.add_filter("(?m)^--[A-Za-z0-9]{30,}", "--[boundary]");
        settings.add_filter("(?m)^Date: .*$", "Date: [date]");
        settings.bind(|| insta::assert_snapshot!(shown(&sender())));
    }

    #[test]
    fn text_that_is_not_plain_is_encoded() {
        for text in ["Zo\u{EB}\n".to_owned(), format!("{}\n", "x".repeat(999))] {
            let mut letter = letter();
            letter.content.text = text;
            let message = String::from_utf8(mime(&letter, &sender())).unwrap();
            assert!(message.is_ascii() && !message.contains("7bit"), "{message}");
            assert!(message.lines().all(|line| line.len() <= 78), "{message}");
        }
    }

    #[test]
    fn no_line_end_is_half_of_one() {
        let mut letter = letter();
        letter.content.text = "one\rtwo\r\nthree\n".to_owned();
        letter.content.html = letter.content.text.clone();
        let message = String::from_utf8(mime(&letter, &sender())).unwrap();
        assert_eq!(message.matches("one\r\ntwo\r\nthree\r\n").count(), 2);
        assert!(!message.replace("\r\n", "").contains(['\r', '\n']));
    }

    #[test]
    fn a_sender_in_any_script_is_encoded() {
        let message = shown(&"Bücher, \"Läden\" <post@bücher.example>".parse().unwrap());
        let from = message.lines().find(|line| line.starts_with("From:")).unwrap();
        insta::assert_snapshot!(from, @"From: =?utf-8?b?QsO8Y2hlciwgIkzDpGRlbiI=?= <post@xn--bcher-kva.example>");
    }
}
