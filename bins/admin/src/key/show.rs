//! `key show`: the keys that sign now.

use super::hexadecimal;
use crate::failure::{Ending, Failure};
use crate::sheet;
use clap::Args;
use jiff::Timestamp;
use mintmark_fulfillment::{Fulfillment, PublicKey, Role, Settings};
use serde_json::json;
use std::io::Write;

const AFTER_HELP: &str = "\
Examples:
  mintmark-admin key show
  mintmark-admin key show --json | jq -r .public_key";

/// Shows the ids of the signing key and of the revocation key, and the public keys that apps embed
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Show {
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

impl Show {
    pub(super) fn run(
        &self,
        settings: Settings,
        now: Timestamp,
        output: &mut dyn Write,
    ) -> Result<Ending, Failure> {
        let fulfillment = Fulfillment::open(settings, Role::Tool, now)?;
        let (key, revocation) = (fulfillment.public_key(), fulfillment.revocation_public_key());
        if self.json {
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
            output.write_all(titled("For licenses", &key).as_bytes())?;
            output.write_all(titled("For revocation lists", &revocation).as_bytes())?;
        }
        Ok(Ending::Done)
    }
}

/// A key in all its spellings, for people.
pub(super) fn titled(title: &str, key: &PublicKey) -> String {
    let fields = [
        ("key id", key.kid().to_string()),
        ("public key", key.to_string()),
        ("in hexadecimal", hexadecimal(key)),
    ];
    format!("{title}\n{}", sheet::fields(&fields))
}
