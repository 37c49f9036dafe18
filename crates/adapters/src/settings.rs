//! What the settings say of a source.

use std::collections::BTreeMap;

use std::time::Duration;

use secrecy::SecretString;

use crate::WebhookSecret;

/// The section `sources.NAME` of the settings; a source takes of it what it needs.
#[derive(Debug, Clone, Default)]
pub struct SourceSettings {
    /// The webhook secrets in force: one, or two while one replaces the other. Without any, nobody gets in.
    pub secrets: Vec<WebhookSecret>,
    /// A token for the seller's account at the store.
    pub access_token: Option<SecretString>,
    /// Where the store's API is, such as `https://api.gumroad.com/v2`.
    pub api_base: Option<String>,
    /// The least time between two questions to the API, for everybody together.
    pub api_pace: Duration,
}

/// The sections of all sources, by name.
pub type SourcesSettings = BTreeMap<&'static str, SourceSettings>;
