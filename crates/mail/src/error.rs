//! What can be wrong with the mail settings, the templates or the letters folder.

use std::{io, path::PathBuf};

use crate::Unmailable;

/// An error of this crate, except for the failures of sending ([`SendError`](crate::SendError)).
///
/// No message repeats a setting's value: it may be a secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// `mail.provider` is none of the known words.
    #[error("not a mail provider: expected postmark, smtp or folder")]
    Provider,
    /// `mail.fallback` cannot stand in for `mail.provider`.
    #[error("postmark may stand in for smtp, and smtp for postmark")]
    Fallback,
    /// `mail.from` is no sender.
    #[error("not a sender: expected `Name <name@domain.example>` or `name@domain.example`")]
    Sender(#[source] Unmailable),
    /// The URL of an outside service is wrong; the text says what is.
    #[error("not the address of a service: {0}")]
    ServiceUrl(&'static str),
    /// `mail.smtp.url` is wrong; the text says what is.
    #[error("not the address of an SMTP server: {0}")]
    SmtpUrl(&'static str),
    /// A chosen provider needs a setting that is not there.
    #[error("{role} is {provider}, but {setting} is not set")]
    Missing {
        /// The setting that chose it.
        role: &'static str,
        /// The provider chosen.
        provider: &'static str,
        /// The setting's name.
        setting: &'static str,
    },
    /// `mail.postmark.token` holds a character that no token has.
    #[error("not a Postmark token: it holds a character that no token has")]
    Token,
    /// The file of `mail.smtp.ca_file` holds no usable certificate.
    #[error("no usable certificate in {}", path.display())]
    Certificates {
        /// The file.
        path: PathBuf,
    },
    /// TLS for SMTP cannot be set up.
    #[error("cannot set up TLS for the SMTP server")]
    Tls(#[source] lettre::transport::smtp::Error),
    /// A file or a folder cannot be used.
    #[error("cannot use {}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What using it met.
        source: io::Error,
    },
    /// A template does not compile or render.
    #[error("{file}:{line}: {reason}")]
    Template {
        /// The template's file, or `license.txt (built in)`.
        file: String,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong there.
        reason: String,
    },
    /// There is no template of that name.
    #[error("there is no letter template `{name}`")]
    NoTemplate {
        /// The name asked for.
        name: String,
    },
}
