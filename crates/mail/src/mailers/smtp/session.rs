//! One conversation with an SMTP server, step by step: what a failure means depends on the step.

use std::{
    cell::Cell,
    fmt::{self, Display},
    iter,
    net::ToSocketAddrs,
    time::{Duration, Instant},
};

use lettre::transport::smtp::{
    Error,
    authentication::{Credentials, Mechanism},
    client::{SmtpConnection, TlsParameters},
    commands::{Data, Mail, Rcpt},
    extension::ClientId,
};
use secrecy::ExposeSecret;

use super::server::Server;
use crate::{Address, Encryption, Sender};

/// An open connection, logged in if the server wants that.
pub(super) struct Session {
    connection: SmtpConnection,
}

/// A failure, and where in the conversation it happened.
#[derive(Debug)]
pub(super) struct Failed {
    pub(super) step: Step,
    pub(super) error: Error,
}

/// Where in the conversation we are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Up to and with the greeting, EHLO and STARTTLS.
    Connect,
    /// AUTH.
    Login,
    /// MAIL FROM.
    Sender,
    /// RCPT TO.
    Recipient,
    /// DATA and the message, until its final dot: the server holds nothing complete.
    Message,
    /// From the final dot on: the server may have taken the letter.
    FinalDot,
}

impl Session {
    pub(super) fn open(server: &Server, deadline: Instant) -> Result<Self, Failed> {
        Self::connect(server, deadline)
            .map_err(|error| Failed { step: Step::Connect, error })?
            .login(server, deadline)
    }

    /// The session, if the server still answers.
    pub(super) fn alive(mut self, deadline: Instant) -> Option<Self> {
        self.limit(deadline);
        self.connection.test_connected().then_some(self)
    }

    /// Hands over one message, and gives the session back if the server took it.
    pub(super) fn deliver(
        mut self,
        from: &Sender,
        to: &Address,
        message: &[u8],
        deadline: Instant,
    ) -> Result<Self, Failed> {
        let from = from.address().as_lettre().clone();
        self.command(Step::Sender, Mail::new(Some(from), vec![]), deadline)?;
        self.command(Step::Recipient, Rcpt::new(to.as_lettre().clone(), vec![]), deadline)?;
        self.command(Step::Message, Data, deadline)?;
        self.message(message, deadline)?;
        Ok(self)
    }

    fn connect(server: &Server, deadline: Instant) -> Result<Self, Error> {
        let hello = ClientId::default();
        let tls = match server.encryption() {
            Encryption::Implicit => Some(server.tls()),
            Encryption::None | Encryption::Opportunistic | Encryption::StartTls => None,
        };
        let mut session = Self { connection: dial(server, deadline, &hello, tls)? };
        session.limit(deadline);
        match server.encryption() {
            Encryption::None | Encryption::Implicit => {}
            Encryption::Opportunistic if !session.connection.can_starttls() => {}
            Encryption::Opportunistic | Encryption::StartTls => {
                session.connection.starttls(server.tls(), &hello)?;
            }
        }
        Ok(session)
    }

    fn login(mut self, server: &Server, deadline: Instant) -> Result<Self, Failed> {
        let Some(credentials) = server.credentials() else { return Ok(self) };
        let password = credentials.password.expose_secret().to_owned();
        let credentials = Credentials::new(credentials.user.clone(), password);
        self.limit(deadline);
        match self.connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials) {
            Ok(_) => Ok(self),
            Err(error) => Err(Failed { step: Step::Login, error }),
        }
    }

    fn command(&mut self, step: Step, command: impl Display, deadline: Instant) -> Result<(), Failed> {
        self.limit(deadline);
        self.connection.command(command).map(|_| ()).map_err(|error| Failed { step, error })
    }

    fn message(&mut self, message: &[u8], deadline: Instant) -> Result<(), Failed> {
        self.limit(deadline);
        let step = Cell::new(Step::Message);
        // Asking for a second part means that the first is written, and the dot comes next.
        let end = iter::from_fn(|| {
            step.set(Step::FinalDot);
            None
        });
        let answer = self.connection.message_iter(iter::once(message).chain(end));
        answer.map(|_| ()).map_err(|error| Failed { step: step.get(), error })
    }

    // A socket that refuses a timeout is broken, and says so when it is next used.
    fn limit(&mut self, deadline: Instant) {
        let _ = self.connection.set_timeout(Some(remaining(deadline)));
    }
}

impl Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Connect => "connecting",
            Self::Login => "AUTH",
            Self::Sender => "MAIL FROM",
            Self::Recipient => "RCPT TO",
            Self::Message => "DATA",
            Self::FinalDot => "end of DATA",
        })
    }
}

// A name may stand for many addresses, and lettre would wait the whole time for each of them.
fn dial(
    server: &Server,
    deadline: Instant,
    hello: &ClientId,
    tls: Option<&TlsParameters>,
) -> Result<SmtpConnection, Error> {
    let addresses = server.address().to_socket_addrs().map(Vec::from_iter).unwrap_or_default();
    let Some((last, others)) = addresses.split_last() else {
        // It says best why there are none.
        return SmtpConnection::connect(server.address(), Some(remaining(deadline)), hello, tls, None);
    };
    for (tried, address) in others.iter().enumerate() {
        let share = remaining(deadline) / u32::try_from(addresses.len() - tried).unwrap_or(u32::MAX);
        if let Ok(connection) = SmtpConnection::connect(address, Some(share), hello, tls, None) {
            return Ok(connection);
        }
    }
    SmtpConnection::connect(last, Some(remaining(deadline)), hello, tls, None)
}

// A timeout of zero is an error to a socket.
fn remaining(deadline: Instant) -> Duration {
    deadline.saturating_duration_since(Instant::now()).max(Duration::from_millis(1))
}
