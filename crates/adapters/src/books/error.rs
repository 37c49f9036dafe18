//! Why a store did not answer what it was asked.

use std::time::Duration;

/// What a caller can act on. No message repeats a token, an address or a buyer's data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BooksError {
    /// The token is none, or was revoked.
    #[error("the store does not know the access token (401)")]
    Unauthorized,
    /// The token is good for something else.
    #[error("the access token lacks the scope for this (403)")]
    Forbidden,
    /// Too many questions, also after waiting.
    #[error("the store wants to be asked less often (429)")]
    Throttled {
        /// How long the store asked to be left alone.
        retry_after: Option<Duration>,
    },
    /// The question covers more than the store can look through.
    #[error("the store ran out of time over the question")]
    QueryTimedOut,
    /// There is no such thing, or it is another seller's.
    #[error("the store knows of no such thing")]
    NotFound,
    /// The store or the way there is in trouble.
    #[error("the store cannot be asked: {0}")]
    Unavailable(String),
    /// An answer that nobody expected of this store.
    #[error("the store gave an unexpected answer: {0}")]
    Unexpected(String),
}

impl BooksError {
    /// Whether it passes by itself, so that asking later makes sense.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Throttled { .. } | Self::Unavailable(_) | Self::QueryTimedOut)
    }

    /// Whether the token is at fault, so that every other question would be refused as well.
    pub fn is_of_token(&self) -> bool {
        matches!(self, Self::Unauthorized | Self::Forbidden)
    }
}
