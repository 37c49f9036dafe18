//! What an operator may look at without opening the installation, and without making any of it.

use crate::installation::{
    AUDIT_KEY, DataFolder, GENERATED_FOR, LICENSE_KEY_SECRET, REVOCATION_KEY, SIGNING_KEY, StoredSecret,
    WEBHOOK_SECRET,
};
use crate::settings::Settings;
use crate::{Catalog, Error};
use mintmark_adapters::{Sources, WebhookSecret};
use mintmark_mail::{Provider, Templates};
use mintmark_storage::DatabaseUrl;
use std::path::PathBuf;

/// Checks what the settings point to as a start would: letter templates, catalog, mailer.
///
/// # Errors
/// Every mistake in the catalog, or the first one elsewhere.
pub fn check(settings: &Settings) -> Result<Catalog, Error> {
    let templates = Templates::load(settings.mail.templates.as_deref())?;
    let sources = Sources::new(&settings.sources)?;
    let catalog = Catalog::load(&settings.products_file, &sources, &templates)?;
    match settings.mail.provider {
        // Its mailer would make the letters folder.
        Provider::Folder => {}
        Provider::Postmark | Provider::Smtp => {
            drop(mintmark_mail::channels(&settings.mail, &settings.data_dir)?)
        }
    }
    Ok(catalog)
}

/// The secrets that Gumroad may use now, the newest first: the configured ones, or else those in the data folder.
///
/// # Errors
/// The file in the data folder cannot be read.
pub fn webhook_secrets(settings: &Settings) -> Result<Vec<WebhookSecret>, Error> {
    let configured = settings.secrets_of(GENERATED_FOR);
    if !configured.is_empty() {
        return Ok(configured.to_vec());
    }
    let stored = StoredSecret::read(&DataFolder::at(&settings.data_dir))?;
    Ok(stored.map(|stored| stored.accepted()).unwrap_or_default())
}

/// The files that a first run makes, each with what a person calls it.
pub fn installed_files(settings: &Settings) -> Vec<(&'static str, PathBuf)> {
    let folder = DataFolder::at(&settings.data_dir);
    let mut files = vec![
        ("signing key", folder.path(SIGNING_KEY)),
        ("revocation key", folder.path(REVOCATION_KEY)),
        ("license-key secret", folder.path(LICENSE_KEY_SECRET)),
        ("audit key", folder.path(AUDIT_KEY)),
    ];
    if settings.secrets_of(GENERATED_FOR).is_empty() {
        files.push(("webhook secret", folder.path(WEBHOOK_SECRET)));
    }
    if let DatabaseUrl::Sqlite(path) = settings.database_url() {
        files.push(("database", path));
    }
    files
}
