//! Letters to buyers: what they read, and how they are sent.
//!
#![doc = include_str!("../README.md")]

mod address;
mod clean;
mod digest;
#[cfg(test)]
mod doubles;
mod error;
mod examination;
mod hook;
mod letter;
mod license_letter;
mod mailer;
mod mailers;
mod settings;
mod slots;
mod templates;

pub use address::{Address, Unmailable};
pub use digest::{Digest, DigestItem};
pub use error::Error;
pub use examination::{Doubt, Examination};
pub use hook::{HookError, HookUrl, NoHook};
pub use letter::{Attachment, Content, Letter};
pub use license_letter::{Enclosure, LicenseLetter, Mode};
pub use mailer::{FailureClass, Inquiry, Mailer, Receipt, Recourse, SendError};
pub use mailers::{Channels, Folder, Memory, Postmark, Smtp, channels};
pub use settings::{
    Credentials, Encryption, MailSettings, PostmarkSettings, Provider, Sender, ServiceUrl, SmtpSettings,
    SmtpUrl,
};
pub use templates::Templates;
