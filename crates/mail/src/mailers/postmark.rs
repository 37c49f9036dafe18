//! Postmark's API.

mod client;
mod examine;
mod search;
#[cfg(test)]
mod tests;
mod verdict;

use std::{collections::HashMap, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use client::Client;
use postmark::{
    Query,
    api::{
        Body,
        email::{Attachment, Header, SendEmailRequest, SendEmailResponse, TrackLink},
    },
};
use search::Search;
use secrecy::{ExposeSecret, SecretString};

use crate::{
    Error, Examination, Inquiry, Letter, Mailer, PostmarkSettings, Receipt, Recourse, SendError, Sender,
    slots::Slots,
};

const TIMEOUT: Duration = Duration::from_secs(10);

/// Sends through Postmark.
#[derive(Debug)]
pub struct Postmark {
    from: Sender,
    token: SecretString,
    clients: Slots<Client>,
}

impl Postmark {
    /// A mailer for one Postmark server.
    ///
    /// # Errors
    /// [`Error::Token`] if the token cannot be one.
    pub fn new(from: Sender, settings: &PostmarkSettings) -> Result<Self, Error> {
        Self::with_timeout(from, settings, TIMEOUT)
    }

    fn with_timeout(from: Sender, settings: &PostmarkSettings, timeout: Duration) -> Result<Self, Error> {
        let client = Client::new(settings, timeout)?;
        Ok(Self { from, token: settings.token.clone(), clients: Slots::new(|| client.reconnected()) })
    }

    fn request(&self, letter: &Letter) -> SendEmailRequest {
        let content = &letter.content;
        // The bare address: a name would have to be quoted, and it is the buyer's text.
        SendEmailRequest::builder()
            .from(self.from.quoted())
            .to(letter.to.as_str())
            .subject(content.subject.as_str())
            .body(Body::html_and_text(content.html.clone(), content.text.clone()))
            .headers(vec![Header { name: "Auto-Submitted".to_owned(), value: "auto-generated".to_owned() }])
            // Tracking would rewrite links and load an image, in a letter that carries a secret.
            .track_opens(false)
            .track_links(TrackLink::None)
            .attachments(content.attachments.iter().map(attachment).collect::<Vec<_>>())
            .metadata(HashMap::from([("mail_uid".to_owned(), letter.uid.clone())]))
            .build()
    }

    // A batch answers 200 and puts the failure into the body; one letter may do so too.
    fn receipt(answer: SendEmailResponse) -> Result<Receipt, SendEmailResponse> {
        let answer = answer.error_for_status()?;
        Ok(Receipt::Accepted { message_id: answer.message_id })
    }
}

impl Mailer for Postmark {
    fn provider(&self) -> &'static str {
        "postmark"
    }

    fn send(&self, letter: &Letter) -> Result<Receipt, SendError> {
        let client = self.clients.take();
        // The client never waits on a runtime, so the future is ready at its first poll.
        let answer = pollster::block_on(self.request(letter).execute(&*client));
        let secret = self.token.expose_secret();
        match answer.map(Self::receipt) {
            Ok(Ok(receipt)) => Ok(receipt),
            Ok(Err(refusal)) => Err(verdict::refused(&refusal, secret)),
            Err(error) => Err(verdict::failed(&error, secret)),
        }
    }

    fn examine(&self) -> Result<Examination, SendError> {
        let client = self.clients.take();
        let answer = pollster::block_on(examine::examine(&client));
        answer.map_err(|error| verdict::unasked(&error, self.token.expose_secret()))
    }

    fn recourse(&self) -> Recourse<'_> {
        Recourse::Ask(self)
    }
}

impl Inquiry for Postmark {
    fn find(&self, uid: &str) -> Result<Option<Receipt>, SendError> {
        let client = self.clients.take();
        let answer = pollster::block_on(Search::new(uid).execute(&*client));
        let found = answer.map_err(|error| verdict::unasked(&error, self.token.expose_secret()))?;
        let letter = found.messages.into_iter().next();
        Ok(letter.map(|letter| Receipt::Accepted { message_id: Some(letter.message_id) }))
    }
}

fn attachment(attachment: &crate::Attachment) -> Attachment {
    Attachment {
        name: attachment.name.clone(),
        content: STANDARD.encode(&attachment.bytes),
        content_type: attachment.content_type.clone(),
        content_id: None,
    }
}
