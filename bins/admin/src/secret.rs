//! `mintmark-admin secret`: the webhook secret, for the operator's eyes.

use crate::failure::{Ending, Failure};
use clap::{Args, Subcommand};
use jiff::Timestamp;
use mintmark_fulfillment::{
    Farewell, SecretRotation, Settings, WebhookSecret, finish_secret, rotate_secret, webhook_secrets,
};
use serde_json::json;
use std::io::Write;

const AFTER_ROTATE: &str = "\
Examples:
  mintmark-admin secret rotate
  mintmark-admin source connect gumroad        # or paste the new ping URL into Gumroad
  mintmark-admin secret rotate --finish        # after a sale has come with it

A running server takes either step up within five seconds. Of several servers each needs the same webhook-secret.";
const AFTER_SHOW: &str = "\
Examples:
  mintmark-admin secret show
  mintmark-admin secret show --config /etc/mintmark/mintmark.toml";

#[derive(Debug, Subcommand)]
pub(crate) enum SecretCommand {
    /// Shows the whole ping URL that Gumroad is given, one for each active secret: whoever reads it can send sales
    #[command(after_help = AFTER_SHOW)]
    Show,
    Rotate(Rotate),
}

/// Replaces the generated webhook secret by a new one; both are accepted until --finish
#[derive(Debug, Args)]
#[command(after_help = AFTER_ROTATE)]
pub(crate) struct Rotate {
    /// Whose secret
    #[arg(long, default_value = "gumroad")]
    source: String,
    /// Accept the old one no longer; refused while deliveries come with it, or none with the new one
    #[arg(long)]
    finish: bool,
    /// Finish although deliveries may be lost, such as when the old one is in other hands
    #[arg(long, requires = "finish")]
    force: bool,
    /// Print one line of JSON, with the new ping URL
    #[arg(long)]
    json: bool,
}

impl SecretCommand {
    pub(crate) fn run(
        &self,
        settings: &Settings,
        now: Timestamp,
        output: &mut dyn Write,
    ) -> Result<Ending, Failure> {
        match self {
            Self::Show => show(settings, output),
            Self::Rotate(rotate) if rotate.finish => rotate.finish(settings, now, output),
            Self::Rotate(rotate) => rotate.begin(settings, now, output),
        }
    }
}

#[expect(clippy::print_stderr, reason = "what is piped elsewhere must be the addresses alone")]
fn show(settings: &Settings, output: &mut dyn Write) -> Result<Ending, Failure> {
    let secrets = webhook_secrets(settings)?;
    if secrets.is_empty() {
        return Err(Failure::Usage("there is no webhook secret yet; `mintmark-admin init` makes one"));
    }
    for secret in &secrets {
        writeln!(output, "{}", settings.http.ping_url(secret))?;
    }
    if secrets.len() > 1 {
        eprintln!("note: the second one is the old one; give the first one to Gumroad");
    }
    Ok(Ending::Done)
}

impl Rotate {
    fn begin(&self, settings: &Settings, now: Timestamp, output: &mut dyn Write) -> Result<Ending, Failure> {
        match rotate_secret(settings, &self.source, now)? {
            SecretRotation::Begun(secret) => {
                let url = settings.http.ping_url(&secret);
                match self.json {
                    true => writeln!(output, "{}", json!({ "rotated": true, "ping_url": url }))?,
                    false => output.write_all(begun(&url).as_bytes())?,
                }
                Ok(Ending::Done)
            }
            SecretRotation::Configured { suggestion, count } => {
                let url = settings.http.ping_url(&suggestion);
                match self.json {
                    true => writeln!(output, "{}", json!({ "rotated": false, "ping_url": url }))?,
                    false => output.write_all(configured(&suggestion, count).as_bytes())?,
                }
                Ok(Ending::SomeFailed)
            }
        }
    }

    fn finish(&self, settings: &Settings, now: Timestamp, output: &mut dyn Write) -> Result<Ending, Failure> {
        let farewell = if self.force { Farewell::Forced } else { Farewell::Careful };
        finish_secret(settings, &self.source, farewell, now)?;
        match self.json {
            true => writeln!(output, "{}", json!({ "finished": true }))?,
            false => writeln!(output, "The old secret opens no door any more, within five seconds.")?,
        }
        Ok(Ending::Done)
    }
}

fn begun(url: &str) -> String {
    format!(
        "There is a new secret, and the old one is accepted beside it. A running server\n\
         takes both within five seconds. The ping URL with the new one:\n\n  {url}\n\n\
         Next:\n  \
         mintmark-admin source connect gumroad    or paste it into Gumroad (Settings, Advanced)\n  \
         mintmark-admin secret rotate --finish    once a sale has come with it\n"
    )
}

/// What is set by hand is changed by hand.
fn configured(suggestion: &WebhookSecret, count: usize) -> String {
    let first = match count {
        1 => "Set both, the new one first, and restart the server:",
        _ => "Two are set already: take the old one out, restart, and then set a new one:",
    };
    format!(
        "Nothing was changed: the secret is set in sources.gumroad.secrets or in\n\
         GUMROAD_WEBHOOK_SECRET. {first}\n\n  \
         [sources.gumroad]\n  secrets = [\"{}\", \"THE OLD ONE\"]\n\n\
         (a new one, made for you just now; GUMROAD_WEBHOOK_SECRET may go on holding the old\n\
         one, and only the new one stand there). Then:\n  \
         mintmark-admin source connect gumroad    or paste the first URL of secret show into Gumroad\n  \
         take the old one out, and restart        once sales come with the new one\n",
        suggestion.expose()
    )
}
