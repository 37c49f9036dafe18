//! One seller's installation, in a folder of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::binaries::Binaries;
use super::letters::{self, Letter};
use super::sales::{MAPPED, Sale};
use crate::port;

/// What the binaries would read from the environment of whoever runs this.
const ALSO_READ: &[&str] = &["DATABASE_URL", "POSTMARK_TOKEN", "RUST_LOG"];
/// Each source reads a variable of its own, which ends like this.
const SECRET: &str = "_WEBHOOK_SECRET";

/// An empty data folder, a catalog, a database and a port.
#[derive(Debug)]
pub(super) struct Shop<'a> {
    folder: TempDir,
    binaries: &'a Binaries,
    database: Option<String>,
    port: u16,
}

impl<'a> Shop<'a> {
    /// Without a database of its own the shop is on SQLite, in its data folder.
    pub(super) fn open(binaries: &'a Binaries, database: Option<String>) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("mintmark-smoke-").tempdir()?;
        let shop = Self { folder, binaries, database, port: port::free()? };
        shop.sell(&[&MAPPED])?;
        Ok(shop)
    }

    /// Writes a catalog that names exactly the products of these sales.
    pub(super) fn sell(&self, sales: &[&Sale]) -> anyhow::Result<()> {
        let entries = sales.iter().map(|sale| format!("  \"{}\": core\n", sale.product_id));
        let catalog = format!("gumroad:\n{}", entries.collect::<String>());
        fs::write(self.products_file(), catalog)?;
        Ok(())
    }

    /// A program of ours, told of this shop and of nothing else.
    pub(super) fn program(&self, name: &str) -> anyhow::Result<Command> {
        let mut command = Command::new(self.binaries.path(name)?);
        command.current_dir(self.folder());
        let settings = std::env::vars_os().map(|(name, _)| name);
        for name in settings.filter(|name| is_setting(&name.to_string_lossy())) {
            command.env_remove(name);
        }
        command.env("MINTMARK_DATA_DIR", self.folder().join("data"));
        command.env("MINTMARK_PRODUCTS_FILE", self.products_file());
        command.env("MINTMARK_HTTP__BIND", format!("127.0.0.1:{}", self.port));
        if let Some(database) = &self.database {
            command.env("DATABASE_URL", database);
        }
        Ok(command)
    }

    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Where this shop's server answers.
    pub(super) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub(super) fn letters(&self) -> anyhow::Result<Vec<Letter>> {
        letters::all_in(&self.folder().join("data/letters"))
    }

    /// What the servers of this shop have printed; its secrets are made up and die with the folder.
    pub(super) fn logs(&self) -> String {
        let read = |log| fs::read_to_string(self.folder().join(log)).unwrap_or_default();
        ["first.log", "second.log"].map(read).concat()
    }

    fn products_file(&self) -> PathBuf {
        self.folder().join("products.yaml")
    }
}

fn is_setting(variable: &str) -> bool {
    variable.starts_with("MINTMARK_") || variable.ends_with(SECRET) || ALSO_READ.contains(&variable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_person_has_set_for_a_real_shop_does_not_reach_this_one() {
        assert!(is_setting("MINTMARK_MAIL__POSTMARK__TOKEN"));
        assert!(is_setting("POSTMARK_TOKEN"));
        assert!(is_setting("GUMROAD_WEBHOOK_SECRET"));
        assert!(!is_setting("PATH"));
    }
}
