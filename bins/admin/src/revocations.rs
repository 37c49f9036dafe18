//! `mintmark-admin revocations`: the revocation list as the servers publish it.

use crate::failure::{Ending, Failure};
use crate::sheet;
use clap::Args;
use mintmark_fulfillment::{Records, RevocationList, Settings};
use serde_json::json;
use std::io::Write;
use std::path::{Path, PathBuf};

const AFTER_HELP: &str = "\
Examples:
  mintmark-admin revocations
  mintmark-admin revocations --out /srv/www/revocations.txt

A running server makes a new list by itself, a second or two after a license was taken back.";

/// Shows the newest revocation list, or writes it into a file
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct RevocationsCommand {
    /// Write the signed list into this file, in the place of an earlier one
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

impl RevocationsCommand {
    pub(crate) fn run(&self, settings: &Settings, output: &mut dyn Write) -> Result<Ending, Failure> {
        let list = Records::open(settings)?.revocation_list()?.ok_or(Failure::NoRevocationList)?;
        if let Some(path) = &self.out {
            replace(path, &list.text).map_err(|source| Failure::File { path: path.clone(), source })?;
        }
        let RevocationList { serial, made_at, next_at, licenses, .. } = list;
        if self.json {
            let shown = json!({
                "serial": serial, "issued_at": made_at, "next_update": next_at, "licenses": licenses,
            });
            writeln!(output, "{shown}")?;
        } else {
            let fields = [
                ("serial", serial.to_string()),
                ("issued at", made_at.to_string()),
                ("next update", next_at.to_string()),
                ("licenses", licenses.to_string()),
            ];
            output.write_all(sheet::fields(&fields).as_bytes())?;
        }
        Ok(Ending::Done)
    }
}

/// A web server that serves the file meanwhile sends the one list or the other, and never a half.
fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let mut draft = path.as_os_str().to_owned();
    draft.push(".draft");
    std::fs::write(&draft, text)?;
    std::fs::rename(&draft, path)
}
