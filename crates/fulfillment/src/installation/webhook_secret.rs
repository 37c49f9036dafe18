//! The webhook secret that a first run generates where the settings name none.

use super::DataFolder;
use crate::Error;
use mintmark_adapters::WebhookSecret;

pub(crate) const WEBHOOK_SECRET: &str = "webhook-secret";

/// The generated webhook secret, and whether this very run generated it.
#[derive(Debug)]
pub(crate) enum StoredSecret {
    /// Made now: this is the one time to print it unasked.
    Made(WebhookSecret),
    /// Made by an earlier run.
    Kept(WebhookSecret),
}

impl StoredSecret {
    /// The secret of the folder; `None` if it holds none.
    pub(crate) fn read(folder: &DataFolder) -> Result<Option<WebhookSecret>, Error> {
        let Some(bytes) = folder.read(WEBHOOK_SECRET)? else { return Ok(None) };
        let text = std::str::from_utf8(&bytes).ok().and_then(|text| text.trim().parse().ok());
        text.map(Some).ok_or_else(|| Error::BrokenFile(folder.path(WEBHOOK_SECRET)))
    }

    /// The secret of the folder, made if it is missing.
    pub(crate) fn read_or_make(folder: &DataFolder) -> Result<Self, Error> {
        if let Some(secret) = Self::read(folder)? {
            return Ok(Self::Kept(secret));
        }
        let secret = WebhookSecret::generate()?;
        folder.create(WEBHOOK_SECRET, format!("{}\n", secret.expose()).as_bytes())?;
        Ok(Self::Made(secret))
    }

    pub(crate) fn secret(&self) -> &WebhookSecret {
        match self {
            Self::Made(secret) | Self::Kept(secret) => secret,
        }
    }

    /// The secret, if it was made now.
    pub(crate) fn made(self) -> Option<WebhookSecret> {
        match self {
            Self::Made(secret) => Some(secret),
            Self::Kept(_) => None,
        }
    }
}
