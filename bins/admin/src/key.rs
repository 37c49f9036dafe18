//! `mintmark-admin key`: the public key that apps verify licenses with.

use crate::failure::{Ending, Failure};
use crate::sheet;
use clap::Subcommand;
use jiff::Timestamp;
use mintmark_fulfillment::{Fulfillment, Role, Settings};
use serde_json::json;
use std::io::Write;

#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Shows the id of the signing key, and the public key that apps embed
    Show {
        /// Print one line of JSON
        #[arg(long)]
        json: bool,
    },
}

impl KeyCommand {
    pub(crate) fn run(
        &self,
        settings: Settings,
        now: Timestamp,
        output: &mut dyn Write,
    ) -> Result<Ending, Failure> {
        let Self::Show { json } = self;
        let key = Fulfillment::open(settings, Role::Tool, now)?.public_key();
        let (kid, base64url) = (key.kid().to_string(), key.to_string());
        let hexadecimal: String = key.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        if *json {
            writeln!(
                output,
                "{}",
                json!({"kid": kid, "public_key": base64url, "public_key_hex": hexadecimal})
            )?;
        } else {
            let fields = [("key id", kid), ("public key", base64url), ("in hexadecimal", hexadecimal)];
            output.write_all(sheet::fields(&fields).as_bytes())?;
        }
        Ok(Ending::Done)
    }
}
