//! `mintmark-admin config`: the configuration, checked as a start would check it.

use crate::failure::{Ending, Failure};
use crate::sheet;
use clap::Subcommand;
use mintmark_fulfillment::{Settings, check};
use std::io::Write;

const AFTER_CHECK: &str = "\
Examples:
  mintmark-admin config check
  mintmark-admin config check --config /etc/mintmark/mintmark.toml";

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Checks settings, products and letter templates, and makes nothing; prints every mistake with its place
    #[command(after_help = AFTER_CHECK)]
    Check,
}

impl ConfigCommand {
    pub(crate) fn run(&self, settings: &Settings, output: &mut dyn Write) -> Result<Ending, Failure> {
        let Self::Check = self;
        let catalog = check(settings)?;
        let products = settings.products_file.path();
        let place = match products.exists() {
            true => products.display().to_string(),
            false => format!("the built-in example, since there is no {}", products.display()),
        };
        let secrets = match settings.secrets_of("gumroad").len() {
            0 => "the generated one, in the data folder after the first run".to_owned(),
            count => format!("{count} configured"),
        };
        writeln!(output, "The configuration is sound.")?;
        let fields = [
            ("data folder", settings.data_dir.display().to_string()),
            ("database", settings.database_url().to_string()),
            ("products", format!("{} in {place}", catalog.count())),
            ("mail", settings.mail.provider.as_str().to_owned()),
            ("webhook secrets", secrets),
            ("listens on", settings.http.bind.to_string()),
        ];
        output.write_all(sheet::fields(&fields).as_bytes())?;
        Ok(Ending::Done)
    }
}
