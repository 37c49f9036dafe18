//! `key export-public`: what apps embed, in the language of their source.

use super::hexadecimal;
use crate::failure::{Ending, Failure};
use clap::{Args, ValueEnum};
use mintmark_fulfillment::{PublicKey, PublicKeys, Settings};
use serde_json::json;
use std::fmt::Write as _;
use std::io::Write;

const AFTER_HELP: &str = "\
Examples:
  mintmark-admin key export-public
  mintmark-admin key export-public --format json";

/// Prints the public keys that apps embed: the active one, the standby one, and that of revocation lists
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Export {
    /// How they are written
    #[arg(long, value_enum, default_value_t = Format::Rust)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Constants to paste into a program
    Rust,
    /// One line of JSON
    Json,
    /// A name and 64 hexadecimal digits a line
    Hex,
}

impl Export {
    #[expect(clippy::print_stderr, reason = "what is piped into a file must hold the keys alone")]
    pub(crate) fn run(&self, settings: &Settings, output: &mut dyn Write) -> Result<Ending, Failure> {
        let keys = PublicKeys::read(settings)?;
        let text = match self.format {
            Format::Rust => rust(&keys),
            Format::Json => as_json(&keys),
            Format::Hex => listed(&keys),
        };
        output.write_all(text.as_bytes())?;
        if keys.standby.is_none() {
            eprintln!(
                "note: there is no standby key yet; apps should embed one from their first release:\n  \
                 mintmark-admin key standby"
            );
        }
        Ok(Ending::Done)
    }
}

fn rust(keys: &PublicKeys) -> String {
    let signing = signing(keys);
    let mut text = format!(
        "/// The keys that licenses are signed with: {}.\npub const LICENSE_KEYS: [&str; {}] = [\n",
        signing.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", "),
        signing.len()
    );
    for (name, key) in &signing {
        let _ = writeln!(text, "    // {name}, {}\n    \"{key}\",", key.kid());
    }
    let _ = write!(
        text,
        "];\n/// The key that revocation lists are signed with, {}.\npub const REVOCATION_KEY: &str = \"{}\";\n",
        keys.revocation.kid(),
        keys.revocation
    );
    text
}

fn as_json(keys: &PublicKeys) -> String {
    let shown = |key: &PublicKey| {
        let (kid, public_key) = (key.kid().to_string(), key.to_string());
        json!({ "kid": kid, "public_key": public_key, "public_key_hex": hexadecimal(key) })
    };
    let all = |keys: &[PublicKey]| keys.iter().map(shown).collect::<Vec<_>>();
    let line = json!({
        "active": shown(&keys.active),
        "standby": keys.standby.as_ref().map(shown),
        "retired": all(&keys.retired),
        "distrusted": all(&keys.distrusted),
        "revocation": shown(&keys.revocation),
    });
    format!("{line}\n")
}

fn listed(keys: &PublicKeys) -> String {
    let all = signing(keys).into_iter().chain([("revocation", keys.revocation)]);
    all.map(|(name, key)| format!("{name} {}\n", hexadecimal(&key))).collect()
}

/// A key that has signed licenses which are still good has to stay in apps. A distrusted one has to leave them.
fn signing(keys: &PublicKeys) -> Vec<(&'static str, PublicKey)> {
    let standby = keys.standby.iter().map(|key| ("standby", *key));
    let retired = keys.retired.iter().map(|key| ("retired", *key));
    [("active", keys.active)].into_iter().chain(standby).chain(retired).collect()
}
