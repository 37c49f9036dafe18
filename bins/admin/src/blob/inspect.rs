//! `mintmark-admin blob inspect`: what a blob says of itself, which proves nothing.

use super::input::Input;
use super::verdict;
use crate::failure::{Ending, Failure};
use crate::sheet;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clap::Args;
use mintmark_licensing::Rejected;
use serde_json::{Value, json};
use std::io::Write;

const PREFIX: &str = "DTLIC2:";

const AFTER_HELP: &str = "\
Examples:
  mintmark-admin blob inspect license.dtlic
  mintmark-admin blob inspect --json license.dtlic | jq .";

/// Shows what a blob says, without looking at its signature: anybody can write that
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct InspectCommand {
    #[command(flatten)]
    input: Input,
    /// Print one line of JSON for each blob
    #[arg(long)]
    json: bool,
}

/// What stands in a blob, by its own account.
struct Said<'a> {
    kid: &'a str,
    payload: Value,
}

impl InspectCommand {
    pub(super) fn run(&self, output: &mut dyn Write) -> Result<Ending, Failure> {
        let mut ending = Ending::Done;
        for text in self.input.texts()? {
            let read = match &text {
                Ok(text) => read(text),
                Err(rejected) => Err(*rejected),
            };
            match read {
                Ok(said) if self.json => {
                    writeln!(
                        output,
                        "{}",
                        json!({ "verified": false, "kid": said.kid, "payload": said.payload })
                    )?;
                }
                Ok(said) => output.write_all(words(&said).as_bytes())?,
                Err(rejected) => {
                    ending = Ending::Rejected;
                    if self.json {
                        writeln!(output, "{}", verdict::rejected_json(rejected))?;
                    } else {
                        output.write_all(verdict::rejected_words(rejected).as_bytes())?;
                    }
                }
            }
        }
        Ok(ending)
    }
}

fn read(text: &str) -> Result<Said<'_>, Rejected> {
    let rest = text.trim().strip_prefix(PREFIX).ok_or(Rejected::NotALicense)?;
    let mut parts = rest.split('.');
    let (Some(kid), Some(payload)) = (parts.next(), parts.next()) else { return Err(Rejected::Truncated) };
    let payload = URL_SAFE_NO_PAD.decode(payload).map_err(|_| Rejected::BadPayload)?;
    let payload = serde_json::from_slice(&payload).map_err(|_| Rejected::BadPayload)?;
    Ok(Said { kid, payload })
}

fn words(said: &Said<'_>) -> String {
    let none = serde_json::Map::new();
    let members = said.payload.as_object().unwrap_or(&none);
    let mut fields = vec![("kid", one_line(&Value::from(said.kid)))];
    fields.extend(members.iter().map(|(name, value)| (name.as_str(), one_line(value))));
    format!("not verified: anybody can write this\n{}", sheet::fields(&fields))
}

/// A stranger's text must not move the cursor.
fn one_line(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    text.chars().map(|character| if character.is_control() { '\u{fffd}' } else { character }).collect()
}
