//! `mintmark-admin secret`: the webhook secret, for the operator's eyes.

use crate::failure::{Ending, Failure};
use clap::Subcommand;
use mintmark_fulfillment::{Settings, webhook_secrets};
use std::io::Write;

const AFTER_SHOW: &str = "\
Examples:
  mintmark-admin secret show
  mintmark-admin secret show --config /etc/mintmark/mintmark.toml";

#[derive(Debug, Subcommand)]
pub(crate) enum SecretCommand {
    /// Shows the whole ping URL that Gumroad is given, one for each active secret: whoever reads it can send sales
    #[command(after_help = AFTER_SHOW)]
    Show,
}

impl SecretCommand {
    pub(crate) fn run(&self, settings: &Settings, output: &mut dyn Write) -> Result<Ending, Failure> {
        let Self::Show = self;
        let secrets = webhook_secrets(settings)?;
        if secrets.is_empty() {
            return Err(Failure::Usage("there is no webhook secret yet; `mintmark-admin init` makes one"));
        }
        for secret in &secrets {
            writeln!(output, "{}", settings.http.ping_url(secret))?;
        }
        Ok(Ending::Done)
    }
}
