//! What the `mail` section of the settings says, parsed.

mod provider;
mod sender;
mod service_url;
mod smtp_url;

use std::{path::PathBuf, time::Duration};

pub use provider::Provider;
use secrecy::SecretString;
pub use sender::Sender;
pub use service_url::ServiceUrl;
pub(crate) use service_url::is_loopback;
pub use smtp_url::{Credentials, Encryption, SmtpUrl};

/// The `mail` section. `Debug` shows no secret.
#[derive(Debug, Clone)]
pub struct MailSettings {
    /// How letters are sent: `mail.provider`.
    pub provider: Provider,
    /// How they are sent while the provider is out of order: `mail.fallback`.
    pub fallback: Option<Provider>,
    /// Who letters come from: `mail.from`. Only the letters folder does without.
    pub from: Option<Sender>,
    /// How long an answer to a store waits for the letter's first result: `mail.wait`.
    pub wait: Duration,
    /// A folder of templates that replace the embedded ones: `mail.templates`.
    pub templates: Option<PathBuf>,
    /// `mail.postmark`, if it is filled in.
    pub postmark: Option<PostmarkSettings>,
    /// `mail.smtp`, if it is filled in.
    pub smtp: Option<SmtpSettings>,
}

/// The `mail.postmark` section.
#[derive(Debug, Clone)]
pub struct PostmarkSettings {
    /// The server token: `mail.postmark.token`.
    pub token: SecretString,
    /// Where the API is: `mail.postmark.api_base`.
    pub api_base: ServiceUrl,
}

/// The `mail.smtp` section.
#[derive(Debug, Clone)]
pub struct SmtpSettings {
    /// The server, the encryption and the credentials: `mail.smtp.url`.
    pub url: SmtpUrl,
    /// Certificates in PEM to trust beside the public ones: `mail.smtp.ca_file`.
    pub ca_file: Option<PathBuf>,
}
