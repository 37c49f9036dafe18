//! Stores, translated: what a webhook of each store means, and what a mail provider reports of letters.
//!
//! A source is one folder here and an implementation of [`SourceAdapter`]: `authenticate` decides at the door whether a
//! request is really from the store, `interpret` reads a recorded body. Both are pure: the same bytes give the same
//! answer, today and at a replay in five years. A source whose books can be asked has [`Books`] besides.
//!
//! **Architecture Invariant:** nothing that authenticates or interprets reads a clock, a file, a database or the
//! network. Only a source's `api` folder asks the store.

mod source;

mod books;

mod event;
mod interpretation;
mod order;
mod report;

mod gumroad;
pub mod manual;
mod postmark;

mod error;
mod fields;
mod secret;
mod settings;
mod shared_secret;
#[cfg(feature = "testing")]
pub mod testing;
mod text;

pub use books::{Books, BooksError, Days, GiftSide, Listing, Record, Registration, UnreadDays, WINDOW_DAYS};
pub use error::Error;
pub use event::{Charge, EndReason, Event, Extent, PlanChange};
pub use interpretation::{Interpretation, Kind, Verdict};
pub use order::{Order, Recurrence};
pub use report::{Fate, MailReport};
pub use secret::WebhookSecret;
pub use settings::{SourceSettings, SourcesSettings};
pub use source::{Authentic, Body, Columns, NotAuthentic, Proof, Request, SourceAdapter};

use gumroad::Gumroad;
use manual::Manual;
use postmark::Postmark;

/// Every source this server knows, by name.
#[derive(Debug)]
pub struct Sources {
    adapters: Vec<Box<dyn SourceAdapter>>,
}

impl Sources {
    /// The sources that have a section in the settings, `sources.NAME`.
    pub const CONFIGURED: &[&str] = &["gumroad", "postmark"];

    /// Builds the registry. A program that only interprets, as replay does, may leave out the secrets: then nothing
    /// authenticates.
    ///
    /// # Errors
    /// More than two secrets for one source.
    pub fn new(settings: &SourcesSettings) -> Result<Self, Error> {
        let of = |name| settings.get(name).cloned().unwrap_or_default();
        Ok(Self {
            adapters: vec![
                Box::new(Gumroad::new(&of("gumroad"))?),
                Box::new(Postmark::new(&of("postmark"))?),
                Box::new(Manual),
            ],
        })
    }

    /// The source of this name, as it stands in the path of its webhook.
    pub fn get(&self, name: &str) -> Option<&dyn SourceAdapter> {
        self.adapters.iter().map(AsRef::as_ref).find(|adapter| adapter.name() == name)
    }

    /// Asks no store anything any more, so that a program can end.
    pub fn close(&self) {
        self.adapters.iter().filter_map(|adapter| adapter.books()).for_each(Books::close);
    }
}
