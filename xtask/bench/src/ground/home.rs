//! Where one server lives while it is measured.

use crate::child::free_address;
use crate::postgres::Database;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// All of it is gone when this is dropped.
#[derive(Debug)]
pub(crate) struct Home {
    address: SocketAddr,
    postgres: Option<Database>,
    folder: TempDir,
}

impl Home {
    pub(super) fn new(parent: &Path, postgres: Option<Database>) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("home-").tempdir_in(parent)?;
        Ok(Self { address: free_address()?, postgres, folder })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The file that holds the rows, if no PostgreSQL does.
    pub(crate) fn sqlite_file(&self) -> PathBuf {
        self.folder.path().join("rows.db")
    }

    pub(crate) fn postgres(&self) -> Option<&Database> {
        self.postgres.as_ref()
    }

    pub(crate) fn catalog(&self) -> PathBuf {
        self.folder.path().join("products.yaml")
    }

    /// From then on that product is known, and no other.
    pub(crate) fn write_catalog(&self, product: &str) -> anyhow::Result<()> {
        Ok(fs::write(self.catalog(), format!("gumroad:\n  {product}: core\n"))?)
    }

    /// As our settings spell it.
    pub(crate) fn database_url(&self) -> String {
        match &self.postgres {
            Some(database) => database.url(),
            None => format!("sqlite:{}", self.sqlite_file().display()),
        }
    }
}
