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

/// The ways of sending that are in use.
#[derive(Debug)]
pub struct Channels {
    /// The one that every letter goes to first.
    pub first: Box<dyn Mailer>,
    /// The one that takes over while the first is out of order.
    pub fallback: Option<Box<dyn Mailer>>,
}

impl Channels {
    /// One way of sending, and none beside it.
    pub fn only(mailer: Box<dyn Mailer>) -> Self {
        Self { first: mailer, fallback: None }
    }
}

/// The mailers that the settings ask for. They connect to nothing before the first letter.
///
/// # Errors
/// [`Error::Missing`] if a provider's settings are incomplete, [`Error::Fallback`] if the two providers
/// are no pair, and what the constructors say.
pub fn channels(settings: &MailSettings, letters_folder: &Path) -> Result<Channels, Error> {
    let first = mailer(settings, "mail.provider", settings.provider, letters_folder)?;
    let Some(provider) = settings.fallback else { return Ok(Channels::only(first)) };
    if !provider.can_stand_in_for(settings.provider) {
        return Err(Error::Fallback);
    }
    let fallback = mailer(settings, "mail.fallback", provider, letters_folder)?;
    Ok(Channels { first, fallback: Some(fallback) })
}

fn mailer(
    settings: &MailSettings,
    role: &'static str,
    provider: Provider,
    letters_folder: &Path,
) -> Result<Box<dyn Mailer>, Error> {
    let missing = |setting| Error::Missing { role, provider: provider.as_str(), setting };
    let from = || settings.from.clone().ok_or(missing("mail.from"));
    match provider {
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

    use super::channels;
    use crate::{Error, MailSettings, PostmarkSettings, Provider, SmtpSettings, doubles::sender};

    fn settings(provider: Provider) -> MailSettings {
        MailSettings {
            provider,
            fallback: None,
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
            let channels = channels(&settings(provider), root.path()).unwrap();
            assert_eq!(channels.first.provider(), provider.as_str());
            assert!(channels.fallback.is_none());
        }
    }

    #[test]
    fn the_letters_folder_needs_no_settings() {
        let root = tempfile::tempdir().unwrap();
        let settings = MailSettings { from: None, ..settings(Provider::Folder) };
        assert_eq!(channels(&settings, root.path()).unwrap().first.provider(), "folder");
    }

    #[test]
    fn a_provider_names_the_setting_it_lacks() {
        let incomplete = [
            MailSettings { from: None, ..settings(Provider::Postmark) },
            MailSettings { postmark: None, ..settings(Provider::Postmark) },
            MailSettings { smtp: None, ..settings(Provider::Smtp) },
            MailSettings { smtp: None, fallback: Some(Provider::Smtp), ..settings(Provider::Postmark) },
        ];
        let said = incomplete.map(|settings| channels(&settings, "unused".as_ref()).unwrap_err().to_string());
        insta::assert_snapshot!(said.join("\n"), @r"
        mail.provider is postmark, but mail.from is not set
        mail.provider is postmark, but mail.postmark.token is not set
        mail.provider is smtp, but mail.smtp.url is not set
        mail.fallback is smtp, but mail.smtp.url is not set
        ");
    }

    #[test]
    fn postmark_and_smtp_stand_in_for_each_other_and_nothing_else_does() {
        let root = tempfile::tempdir().unwrap();
        let providers = [Provider::Postmark, Provider::Smtp, Provider::Folder];
        let pairs = providers.into_iter().flat_map(|first| providers.map(|fallback| (first, fallback)));
        let fit = pairs.filter(|(provider, fallback)| {
            let settings = MailSettings { fallback: Some(*fallback), ..settings(*provider) };
            match channels(&settings, root.path()) {
                Ok(channels) => channels.fallback.unwrap().provider() == fallback.as_str(),
                Err(error) => !matches!(error, Error::Fallback),
            }
        });
        let both_ways = [(Provider::Postmark, Provider::Smtp), (Provider::Smtp, Provider::Postmark)];
        assert_eq!(fit.collect::<Vec<_>>(), both_ways);
    }
}
