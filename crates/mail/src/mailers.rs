//! The ways of sending, one file each, with the choice among them.

mod folder;
mod memory;
mod mime;
mod postmark;
mod said;
mod smtp;

use std::path::Path;

pub use folder::Folder;
pub use memory::Memory;
pub use postmark::Postmark;
pub use smtp::Smtp;

use crate::{Error, MailSettings, Mailer, Provider, Sender};

/// The mailer that the settings ask for. It connects to nothing before the first letter.
///
/// # Errors
/// [`Error::Missing`] if the provider's settings are incomplete, and what its constructor says.
pub fn mailer(settings: &MailSettings, letters_folder: &Path) -> Result<Box<dyn Mailer>, Error> {
    let missing = |setting| Error::Missing { provider: settings.provider.as_str(), setting };
    let from = || settings.from.clone().ok_or(missing("mail.from"));
    match settings.provider {
        Provider::Postmark => {
            let postmark = settings.postmark.as_ref().ok_or(missing("mail.postmark.token"))?;
            Ok(Box::new(Postmark::new(from()?, postmark)?))
        }
        Provider::Smtp => {
            let smtp = settings.smtp.as_ref().ok_or(missing("mail.smtp.url"))?;
            Ok(Box::new(Smtp::new(from()?, smtp)?))
        }
        Provider::Folder => {
            let from = settings.from.clone().unwrap_or_else(Sender::nobody);
            Ok(Box::new(Folder::new(from, letters_folder)?))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::mailer;
    use crate::{MailSettings, PostmarkSettings, Provider, SmtpSettings, doubles::sender};

    fn settings(provider: Provider) -> MailSettings {
        MailSettings {
            provider,
            from: Some(sender()),
            wait: Duration::from_secs(1),
            templates: None,
            postmark: Some(PostmarkSettings {
                token: "d3adbeef-token".into(),
                api_base: "https://api.postmarkapp.com".parse().unwrap(),
            }),
            smtp: Some(SmtpSettings { url: "smtps://mail.example.com".parse().unwrap(), ca_file: None }),
        }
    }

    #[test]
    fn the_settings_choose_the_mailer() {
        let root = tempfile::tempdir().unwrap();
        for provider in [Provider::Postmark, Provider::Smtp, Provider::Folder] {
            let mailer = mailer(&settings(provider), root.path()).unwrap();
            assert_eq!(mailer.provider(), provider.as_str());
        }
    }

    #[test]
    fn the_letters_folder_needs_no_settings() {
        let root = tempfile::tempdir().unwrap();
        let settings = MailSettings { from: None, ..settings(Provider::Folder) };
        assert_eq!(mailer(&settings, root.path()).unwrap().provider(), "folder");
    }

    #[test]
    fn a_provider_names_the_setting_it_lacks() {
        let incomplete = [
            MailSettings { from: None, ..settings(Provider::Postmark) },
            MailSettings { postmark: None, ..settings(Provider::Postmark) },
            MailSettings { smtp: None, ..settings(Provider::Smtp) },
        ];
        let said = incomplete.map(|settings| mailer(&settings, "unused".as_ref()).unwrap_err().to_string());
        insta::assert_snapshot!(said.join("\n"), @r"
        mail.provider is postmark, but mail.from is not set
        mail.provider is postmark, but mail.postmark.token is not set
        mail.provider is smtp, but mail.smtp.url is not set
        ");
    }
}
