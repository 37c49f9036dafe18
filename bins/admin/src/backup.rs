//! `mintmark-admin backup`: the whole installation in one folder.

use crate::failure::{Ending, Failure};
use crate::sheet;
use clap::Args;
use jiff::Timestamp;
use mintmark_fulfillment::{Contents, Manifest, Settings, back_up, check_backup};
use std::io::Write;
use std::path::PathBuf;

const AFTER_HELP: &str = "\
Examples:
  mintmark-admin backup /var/backups/mintmark-$(date +%F)
  mintmark-admin backup --check /var/backups/mintmark-2026-11-23
  mintmark-admin restore /var/backups/mintmark-2026-11-23

It works while the server runs. It holds keys, names and addresses: keep it where only you can read it.";

/// Copies database, keys, products and revocation list into an empty folder, and proves that they are whole
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct BackupCommand {
    /// The folder, which is made
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Leave keys and secrets out; keep them elsewhere then
    #[arg(long, conflicts_with = "check")]
    without_keys: bool,
    /// Look whether a backup that is there is whole, and make none
    #[arg(long)]
    check: bool,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

impl BackupCommand {
    pub(crate) fn run(
        &self,
        settings: impl FnOnce() -> Result<Settings, mintmark_fulfillment::Error>,
        now: Timestamp,
        output: &mut dyn Write,
    ) -> Result<Ending, Failure> {
        let contents = if self.without_keys { Contents::WithoutKeys } else { Contents::Everything };
        let (title, manifest) = match self.check {
            true => ("The backup is whole.", check_backup(&self.folder)?),
            false => {
                ("Backed up, and proved to be whole.", back_up(&settings()?, &self.folder, contents, now)?)
            }
        };
        if self.json {
            serde_json::to_writer(&mut *output, &manifest).map_err(std::io::Error::from)?;
            writeln!(output)?;
            return Ok(Ending::Done);
        }
        writeln!(output, "{title}")?;
        output.write_all(told(&manifest).as_bytes())?;
        Ok(Ending::Done)
    }
}

/// What is in a backup, for people.
pub(crate) fn told(manifest: &Manifest) -> String {
    let size: u64 = manifest.files.values().map(|file| file.size).sum();
    let signing_key = manifest.identity.get("signing_key").cloned().unwrap_or_default();
    let keys = if manifest.keys { signing_key } else { format!("left out; it needs those of {signing_key}") };
    let fields = [
        ("made at", manifest.made_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()),
        ("deliveries", manifest.deliveries.to_string()),
        ("licenses", manifest.licenses.to_string()),
        ("letters", manifest.letters.to_string()),
        ("keys", keys),
        ("files", format!("{}, {} KB", manifest.files.len(), size.div_ceil(1_000))),
    ];
    sheet::fields(&fields)
}
