//! Any SMTP server.

mod server;
mod session;
#[cfg(test)]
mod tests;
mod verdict;

use std::time::{Duration, Instant};

use secrecy::ExposeSecret;
use server::Server;
use session::{Failed, Session};

use super::mime::{message_id, mime};
use crate::{
    Encryption, Error, Examination, Letter, Mailer, Receipt, Recourse, SendError, Sender, SmtpSettings,
    slots::Slots,
};

const TIMEOUT: Duration = Duration::from_secs(10);

// Servers and firewalls drop idle connections silently; finding that out would cost the whole timeout.
const LONGEST_IDLE: Duration = Duration::from_secs(30);

/// Sends through an SMTP server, over connections that are kept while letters follow each other.
#[derive(Debug)]
pub struct Smtp {
    from: Sender,
    server: Server,
    timeout: Duration,
    sessions: Slots<Option<Idle>>,
}

struct Idle {
    session: Session,
    since: Instant,
}

impl Smtp {
    /// A mailer for one SMTP server. Reads the file of trusted certificates, if one is set.
    ///
    /// # Errors
    /// [`Error::File`], [`Error::Certificates`] or [`Error::Tls`].
    pub fn new(from: Sender, settings: &SmtpSettings) -> Result<Self, Error> {
        Self::with_timeout(from, settings, TIMEOUT)
    }

    fn with_timeout(from: Sender, settings: &SmtpSettings, timeout: Duration) -> Result<Self, Error> {
        Ok(Self { from, server: Server::new(settings)?, timeout, sessions: Slots::new(|| None) })
    }

    fn deliver(&self, letter: &Letter) -> Result<(), Failed> {
        let mut slot = self.sessions.take();
        let deadline = Instant::now() + self.timeout;
        let fresh = slot.take().filter(|idle| idle.since.elapsed() < LONGEST_IDLE);
        let session = match fresh.and_then(|idle| idle.session.alive(deadline)) {
            Some(session) => session,
            None => Session::open(&self.server, deadline)?,
        };
        // A session that failed is dropped with its connection, whatever state it was in.
        let session = session.deliver(&self.from, &letter.to, &mime(letter, &self.from), deadline)?;
        *slot = Some(Idle { session, since: Instant::now() });
        Ok(())
    }
}

impl Mailer for Smtp {
    fn provider(&self) -> &'static str {
        "smtp"
    }

    fn send(&self, letter: &Letter) -> Result<Receipt, SendError> {
        let password = self.server.credentials().map(|credentials| credentials.password.expose_secret());
        match self.deliver(letter) {
            Ok(()) => Ok(Receipt::Accepted { message_id: Some(message_id(letter, &self.from)) }),
            Err(failed) => Err(verdict::verdict(&failed, password)),
        }
    }

    fn examine(&self) -> Result<Examination, SendError> {
        let password = self.server.credentials().map(|credentials| credentials.password.expose_secret());
        let session = Session::open(&self.server, Instant::now() + self.timeout);
        drop(session.map_err(|failed| verdict::verdict(&failed, password))?);
        let (host, port) = self.server.address();
        let secured = match self.server.encryption() {
            Encryption::Implicit | Encryption::StartTls => "over TLS",
            Encryption::Opportunistic => "over TLS if it offers that",
            Encryption::None => "without TLS",
        };
        let login = if password.is_some() { ", and takes the login" } else { "" };
        Ok(Examination { words: format!("{host}:{port} answers {secured}{login}"), doubts: Vec::new() })
    }

    // The letter keeps its Message-ID, by which many a receiver drops a second copy.
    fn recourse(&self) -> Recourse<'_> {
        Recourse::Wait
    }
}
