//! The composition root: settings become an installation that can fulfill.

use crate::catalog::Catalog;
use crate::installation::{DataFolder, GENERATED_FOR, Installation, StoredSecret, WEBHOOK_SECRET};
use crate::meter::Meter;
use crate::mint::Minter;
use crate::outbox::{Clock, Office, Outbox, Term};
use crate::readback::Inquiries;
use crate::records::Records;
use crate::revocation::Shelf;
use crate::secrets::SecretFile;
use crate::settings::Settings;
use crate::{Error, Problems};
use jiff::Timestamp;
use mintmark_adapters::{Sources, WebhookSecret};
use mintmark_licensing::PublicKey;
use mintmark_mail::{Channels, Provider, Templates};
use mintmark_storage::{Backlog, Pending};
use std::sync::{Arc, PoisonError, RwLock};

/// What the program that opens an installation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The server: makes what a first run needs.
    Server,
    /// Setting up by hand: as the server, and makes a named database also where there are keys already.
    Setup,
    /// A command line, beside a server or without one: makes nothing.
    Tool,
}

/// Everything that turns deliveries into licenses.
#[derive(Debug)]
pub struct Fulfillment {
    pub(crate) records: Records,
    pub(crate) minter: Arc<Minter>,
    pub(crate) settings: Settings,
    pub(crate) outbox: Option<Outbox>,
    pub(crate) shelf: Shelf,
    pub(crate) inquiries: Arc<Inquiries>,
    pub(crate) secret_file: SecretFile,
    pub(crate) meter: Arc<Meter>,
    catalog: RwLock<Arc<Catalog>>,
    templates: Arc<Templates>,
    made_secret: Option<WebhookSecret>,
}

impl Fulfillment {
    /// Opens the installation that the settings describe.
    ///
    /// # Errors
    /// Settings or catalog hold mistakes, or database or keys are not to be had.
    pub fn open(settings: Settings, role: Role, now: Timestamp) -> Result<Self, Error> {
        let templates = Arc::new(Templates::load(settings.mail.templates.as_deref())?);
        // Before anything is made: a mistake must not leave a half-made installation behind.
        let sources = Sources::new(&settings.sources)?;
        let catalog = Catalog::load(&settings.products_file, &sources, &templates)?;
        let secret_file = SecretFile::note(&settings.data_dir);
        let Installation { store, keys, secret } = Installation::open(&settings, role, now)?;
        let mut sources = settings.sources.clone();
        let generated = secret.iter().flat_map(StoredSecret::accepted);
        sources.entry(GENERATED_FOR).or_default().secrets.extend(generated);
        let made_secret = secret.and_then(StoredSecret::made);
        Ok(Self {
            records: Records::new(store, &sources)?,
            minter: Arc::new(Minter::new(keys, settings.signing.clone())?),
            settings,
            outbox: None,
            shelf: Shelf::default(),
            inquiries: Arc::default(),
            secret_file,
            meter: Arc::new(Meter::silent()),
            catalog: RwLock::new(Arc::new(catalog)),
            templates,
            made_secret,
        })
    }

    /// Counts and times for `recorder` from now on; before the outbox is started, or it counts for nobody.
    pub fn measure(&mut self, recorder: &dyn metrics::Recorder) {
        self.meter = Arc::new(Meter::new(recorder));
    }

    /// Starts sending letters. Leases of a dead server are void, where a lock proves that it is dead.
    ///
    /// # Errors
    /// The mail settings do not work, the database fails, or no thread is to be had.
    pub fn start_outbox(&mut self, clock: Clock) -> Result<(), Error> {
        let channels = mintmark_mail::channels(&self.settings.mail, &self.letters_folder())?;
        self.start_outbox_with(channels, clock)
    }

    /// As [`Fulfillment::start_outbox`], with other ways of sending than the settings name.
    ///
    /// # Errors
    /// The database fails, or no thread is to be had.
    pub fn start_outbox_with(&mut self, channels: Channels, clock: Clock) -> Result<(), Error> {
        self.records.store.release_letters(clock()).wait()?;
        let office = Office {
            records: self.records.clone(),
            templates: Arc::clone(&self.templates),
            seller: self.seller(),
            patience: self.settings.mail.wait,
            clock,
            meter: Arc::clone(&self.meter),
            term: Term::default(),
        };
        self.outbox = Some(Outbox::start(office, channels)?);
        Ok(())
    }

    /// What can be read.
    pub fn records(&self) -> &Records {
        &self.records
    }

    /// The settings it was opened with.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The outbox, once it is started.
    pub fn outbox(&self) -> Option<&Outbox> {
        self.outbox.as_ref()
    }

    /// The webhook secret, if this very run has generated it.
    pub fn made_secret(&self) -> Option<&WebhookSecret> {
        self.made_secret.as_ref()
    }

    /// Whether the data folder holds a generated webhook secret that the configured ones have turned off.
    pub fn has_disused_secret(&self) -> bool {
        let is_configured = !self.settings.secrets_of(GENERATED_FOR).is_empty();
        is_configured && DataFolder::at(&self.settings.data_dir).holds(WEBHOOK_SECRET)
    }

    /// The key that apps verify blobs with.
    pub fn public_key(&self) -> PublicKey {
        self.minter.keys.signing.public_key()
    }

    /// The key that apps verify revocation lists with.
    pub fn revocation_public_key(&self) -> PublicKey {
        self.minter.keys.revocation.public_key()
    }

    /// A product of a source that gets a license, to show how one is sold.
    pub fn example_product(&self, source: &str) -> Option<String> {
        self.catalog().any_product(source).map(str::to_owned)
    }

    /// Whether the catalog in force knows a product of a source.
    pub fn knows_product(&self, source: &str, product: &str) -> bool {
        self.catalog().knows(source, product)
    }

    /// Reads the catalog again. If it holds mistakes, the one in force stays.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn reload_catalog(&self) -> Result<(), Problems> {
        let catalog = Catalog::load(&self.settings.products_file, &self.records.sources, &self.templates)?;
        *self.catalog.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(catalog);
        Ok(())
    }

    /// Changes nothing, by the whole way of a write: answers once the disk took a commit.
    pub fn probe(&self) -> Pending<()> {
        self.records.store.probe()
    }

    /// What waits and what failed, at a cost that does not grow with what is on record.
    ///
    /// # Errors
    /// The database fails.
    pub fn backlog(&self) -> Result<Backlog, Error> {
        Ok(self.records.store.backlog()?)
    }

    /// How many writes wait in the queue that deliveries go through. No database is asked.
    pub fn waiting_writes(&self) -> usize {
        self.records.store.waiting_writes()
    }

    /// The sources that can tell of anything by themselves.
    pub fn source_names(&self) -> &'static [&'static str] {
        Sources::CONFIGURED
    }

    /// How often each store was asked for its records, by the status of its answer; `None` is no answer.
    pub fn store_answers(&self) -> Vec<(&'static str, Option<u16>, u64)> {
        let sources = self.sources_with_books().into_iter();
        let answers = sources.filter_map(|source| self.books(source).ok()).flat_map(|(source, books)| {
            books.answers().into_iter().map(move |(status, count)| (source, status, count))
        });
        answers.collect()
    }

    /// Has `tell` called when the disk of the database fails: then this process cannot go on, and the next one finds out
    /// what is on the disk.
    pub fn on_failure(&self, tell: impl FnOnce() + Send + 'static) {
        self.records.store.on_failure(tell);
    }

    /// How many letters lie in the letters folder although a provider is configured now.
    ///
    /// # Errors
    /// The database fails.
    pub fn never_mailed(&self) -> Result<i64, Error> {
        match self.settings.mail.provider {
            Provider::Folder => Ok(0),
            Provider::Postmark | Provider::Smtp => Ok(self.records.store.never_mailed()?),
        }
    }

    /// Stops sending and writing; what is unfinished is taken up by the next start.
    pub fn stop(&self) {
        if let Some(outbox) = &self.outbox {
            outbox.stop();
        }
        self.records.store.close();
    }

    /// The name that letters are signed with.
    pub(crate) fn seller(&self) -> Option<String> {
        self.settings.mail.from.as_ref().and_then(|from| from.name()).map(str::to_owned)
    }

    pub(crate) fn templates(&self) -> &Templates {
        &self.templates
    }

    pub(crate) fn catalog(&self) -> Arc<Catalog> {
        Arc::clone(&self.catalog.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn letters_folder(&self) -> std::path::PathBuf {
        DataFolder::at(&self.settings.data_dir).path("letters")
    }
}

/// Makes data folder, database, keys and webhook secret where they are missing, as a server's first run does.
///
/// # Errors
/// Settings hold mistakes, or something cannot be made.
pub fn initialize(settings: Settings, now: Timestamp) -> Result<Fulfillment, Error> {
    Fulfillment::open(settings, Role::Setup, now)
}
