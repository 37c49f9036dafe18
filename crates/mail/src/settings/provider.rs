//! The ways of sending, by the word that settings use.

use std::str::FromStr;

use crate::Error;

/// A way of sending letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Provider {
    /// Postmark's API.
    Postmark,
    /// Any SMTP server.
    Smtp,
    /// No sending: letters become files in the letters folder.
    Folder,
}

impl Provider {
    /// The word for it: `postmark`, `smtp` or `folder`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Postmark => "postmark",
            Self::Smtp => "smtp",
            Self::Folder => "folder",
        }
    }

    /// Whether it may take over for `other`. The folder reaches nobody, and needs nobody.
    pub fn can_stand_in_for(self, other: Self) -> bool {
        matches!((other, self), (Self::Postmark, Self::Smtp) | (Self::Smtp, Self::Postmark))
    }
}

impl FromStr for Provider {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        [Self::Postmark, Self::Smtp, Self::Folder]
            .into_iter()
            .find(|provider| provider.as_str() == text)
            .ok_or(Error::Provider)
    }
}

#[cfg(test)]
mod tests {
    use super::Provider;

    #[test]
    fn each_provider_is_found_by_its_word() {
        for provider in [Provider::Postmark, Provider::Smtp, Provider::Folder] {
            assert_eq!(provider.as_str().parse::<Provider>().unwrap(), provider);
        }
        insta::assert_snapshot!("Postmark".parse::<Provider>().unwrap_err(), @"not a mail provider: expected postmark, smtp or folder");
    }
}
