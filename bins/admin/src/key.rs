//! `mintmark-admin key`: the public keys that apps embed.

use crate::failure::{Ending, Failure};
use crate::sheet;
use clap::Subcommand;
use jiff::Timestamp;
use mintmark_fulfillment::{Fulfillment, PublicKey, Role, Settings};
use serde_json::json;
use std::io::Write;

#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Shows the ids of the signing key and of the revocation key, and the public keys that apps embed
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
        let fulfillment = Fulfillment::open(settings, Role::Tool, now)?;
        let (key, revocation) = (fulfillment.public_key(), fulfillment.revocation_public_key());
        if *json {
            let shown = json!({
                "kid": key.kid().to_string(),
                "public_key": key.to_string(),
                "public_key_hex": hexadecimal(&key),
                "revocation_kid": revocation.kid().to_string(),
                "revocation_public_key": revocation.to_string(),
                "revocation_public_key_hex": hexadecimal(&revocation),
            });
            writeln!(output, "{shown}")?;
        } else {
            output.write_all(shown("For licenses", &key).as_bytes())?;
            output.write_all(shown("For revocation lists", &revocation).as_bytes())?;
        }
        Ok(Ending::Done)
    }
}

fn shown(title: &str, key: &PublicKey) -> String {
    let fields = [
        ("key id", key.kid().to_string()),
        ("public key", key.to_string()),
        ("in hexadecimal", hexadecimal(key)),
    ];
    format!("{title}\n{}", sheet::fields(&fields))
}

fn hexadecimal(key: &PublicKey) -> String {
    key.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}
