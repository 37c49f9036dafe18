//! What can be wrong with the settings of the sources.

/// Settings that no source can be built from; the messages never repeat a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A secret that could be guessed.
    #[error("a webhook secret needs at least {minimum} characters")]
    SecretTooShort {
        /// How many characters are enough.
        minimum: usize,
    },
    /// A rotation needs the old secret and the new one, never a third.
    #[error("at most two webhook secrets may be active, {count} are configured")]
    TooManySecrets {
        /// How many there are.
        count: usize,
    },
    /// A token that no request could carry.
    #[error("the access token holds characters that no token has")]
    AccessToken,
    /// An address that no request could go to.
    #[error("the address of the API is none")]
    ApiBase,
    /// The operating system refused to give random bytes.
    #[error("no random bytes from the operating system")]
    NoRandomBytes,
}
