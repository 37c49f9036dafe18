//! `key standby`: the key of the day after the next rotation.

use super::{hexadecimal, show};
use crate::failure::{Ending, Failure};
use clap::Args;
use jiff::Timestamp;
use mintmark_fulfillment::{Settings, Standby, make_standby_key};
use serde_json::json;
use std::io::Write;

const AFTER_HELP: &str = "\
Examples:
  mintmark-admin key standby
  mintmark-admin key standby --json";

/// Makes the key that signs after the next rotation, and shows its public key, for apps to embed from now on
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct StandbyCommand {
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

impl StandbyCommand {
    pub(super) fn run(
        &self,
        settings: &Settings,
        now: Timestamp,
        output: &mut dyn Write,
    ) -> Result<Ending, Failure> {
        let (title, key, made) = match make_standby_key(settings, now)? {
            Standby::Made(key) => ("Standby key, made now", key, true),
            Standby::Kept(key) => ("Standby key, there already", key, false),
        };
        if self.json {
            let (kid, public_key) = (key.kid().to_string(), key.to_string());
            let shown = json!({ "kid": kid, "public_key": public_key, "public_key_hex": hexadecimal(&key), "made": made });
            writeln!(output, "{shown}")?;
        } else {
            output.write_all(show::titled(title, &key).as_bytes())?;
            writeln!(
                output,
                "\nEmbed it in your apps beside the active one; `mintmark-admin key export-public`\n\
             prints both. Keep standby-key.pk8 where a thief of this machine would not find\n\
             it, and put it back for `mintmark-admin key rotate`."
            )?;
        }
        Ok(Ending::Done)
    }
}
