//! The secret in a webhook's address.

use std::fmt::{self, Debug};
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom, SystemRandom};
use secrecy::{ExposeSecret as _, SecretString};

use crate::Error;

/// Shorter ones can be guessed.
const MINIMUM_CHARACTERS: usize = 16;

/// What a store proves itself with; never shown unless asked for with [`WebhookSecret::expose`].
#[derive(Clone)]
pub struct WebhookSecret(SecretString);

impl WebhookSecret {
    /// Makes a new one: 32 random bytes as base64url, 43 characters that need no escaping in an address.
    ///
    /// # Errors
    /// The operating system gave no random bytes.
    pub fn generate() -> Result<Self, Error> {
        let mut bytes = [0; 32];
        SystemRandom::new().fill(&mut bytes).map_err(|_| Error::NoRandomBytes)?;
        Ok(Self(URL_SAFE_NO_PAD.encode(bytes).into()))
    }

    /// The secret itself, for writing it to its file or into the address that the seller is told.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl FromStr for WebhookSecret {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        if text.chars().count() < MINIMUM_CHARACTERS {
            return Err(Error::SecretTooShort { minimum: MINIMUM_CHARACTERS });
        }
        Ok(Self(text.into()))
    }
}

impl Debug for WebhookSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("WebhookSecret([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_of_fifteen_characters_is_refused_and_not_repeated() {
        let error = "fifteen-letters".parse::<WebhookSecret>().unwrap_err();
        assert_eq!(error.to_string(), "a webhook secret needs at least 16 characters");
    }

    #[test]
    fn a_secret_is_never_shown_by_accident() {
        let secret: WebhookSecret = "sixteen-letters!".parse().unwrap();
        assert_eq!(format!("{secret:?}"), "WebhookSecret([redacted])");
        assert_eq!(secret.expose(), "sixteen-letters!");
    }

    #[test]
    fn generated_secrets_differ_and_need_no_escaping_in_an_address() {
        let (one, other) = (WebhookSecret::generate().unwrap(), WebhookSecret::generate().unwrap());
        assert_ne!(one.expose(), other.expose());
        assert_eq!(one.expose().len(), 43);
        assert!(one.expose().bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
    }
}
