//! The settings: one tree for every program, read in layers and checked as a whole.

mod alerts;
mod file;
mod layers;
mod ping_url;
mod read;
mod sections;

pub use alerts::AlertSettings;

use crate::problems::Problems;
use ipnet::IpNet;
use mintmark_adapters::{SourcesSettings, WebhookSecret};
use mintmark_licensing::Line;
use mintmark_mail::MailSettings;
use mintmark_storage::DatabaseUrl;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// The embedded defaults, which are also the manual.
pub const DEFAULTS: &str = include_str!("../../../../config/default.toml");
/// The file that is read from the working directory when no other is named.
pub const DEFAULT_FILE: &str = "mintmark.toml";

/// Everything that can be set. `Debug` shows no secret.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `data_dir`
    pub data_dir: PathBuf,
    /// `products_file`
    pub products_file: ProductsFile,
    /// `http`
    pub http: HttpSettings,
    /// `database.url`; `None` is the SQLite database in the data folder.
    pub database: Option<DatabaseUrl>,
    /// `sources`: a section for each source that has one.
    pub sources: SourcesSettings,
    /// `metrics`
    pub metrics: MetricsSettings,
    /// `signing`
    pub signing: SigningSettings,
    /// `mail`
    pub mail: MailSettings,
    /// `alerts`
    pub alerts: AlertSettings,
}

/// Where the catalog is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProductsFile {
    /// The default place; where nothing is there, the built-in example serves.
    Default(PathBuf),
    /// A place that was named, where a file must be.
    Named(PathBuf),
}

/// The `http` section.
#[derive(Debug, Clone)]
pub struct HttpSettings {
    /// `http.bind`
    pub bind: SocketAddr,
    /// `http.public_url`
    pub public_url: Option<String>,
    /// `http.trusted_proxies`
    pub trusted_proxies: Vec<IpNet>,
}

/// The `metrics` section: where they are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricsSettings {
    /// Nowhere.
    Off,
    /// At the default address, where nobody else has it.
    Default(SocketAddr),
    /// At an address that was named, and that must be free.
    Named(SocketAddr),
}

/// The `signing` section.
#[derive(Debug, Clone)]
pub struct SigningSettings {
    /// `signing.line`
    pub line: Line,
    /// `signing.licensee`
    pub licensee: Licensee,
}

/// What a blob says about its holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Licensee {
    /// The buyer's name.
    Name,
    /// The buyer's address.
    Email,
    /// The buyer's address, all but its ends hidden.
    Masked,
    /// Nothing.
    None,
}

impl Settings {
    /// Reads the defaults, then `file` (or `mintmark.toml` if there is one), then the environment.
    ///
    /// # Errors
    /// Every mistake in all of them, at once.
    pub fn load(file: Option<&Path>) -> Result<Self, Problems> {
        let texts = |(name, value): (OsString, OsString)| {
            Some((name.into_string().ok()?, value.to_string_lossy().into_owned()))
        };
        Self::from_layers(file, std::env::vars_os().filter_map(texts))
    }

    /// As [`Settings::load`], with the environment given as data.
    ///
    /// # Errors
    /// Every mistake in all of them, at once.
    pub fn from_layers(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, Problems> {
        sections::settings(layers::Layers::read(file, environment.into_iter().collect()))
    }

    /// The configured webhook secrets of a source.
    pub fn secrets_of(&self, source: &str) -> &[WebhookSecret] {
        self.sources.get(source).map_or(&[], |settings| &settings.secrets)
    }

    /// Where the database is.
    pub fn database_url(&self) -> DatabaseUrl {
        self.database.clone().unwrap_or_else(|| DatabaseUrl::sqlite(&self.data_dir.join("mintmark.db")))
    }

    /// The folder that the database is in; `None` if a database server keeps it.
    pub fn database_folder(&self) -> Option<PathBuf> {
        match self.database_url() {
            DatabaseUrl::Sqlite(file) => {
                let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
                Some(folder.unwrap_or(Path::new(".")).to_owned())
            }
            DatabaseUrl::Postgres(_) => None,
        }
    }
}

impl ProductsFile {
    /// The path, whether or not a file is there.
    pub fn path(&self) -> &Path {
        match self {
            Self::Default(path) | Self::Named(path) => path,
        }
    }

    /// Whether the built-in example serves where no file is.
    pub(crate) fn may_be_missing(&self) -> bool {
        matches!(self, Self::Default(_))
    }
}
