//! `mintmark-admin restore`: an installation, put back from a backup.

use crate::backup::told;
use crate::failure::{Ending, Failure};
use clap::Args;
use mintmark_fulfillment::{Restored, Settings, restore};
use std::io::Write;
use std::path::PathBuf;

const AFTER_HELP: &str = "\
Examples:
  mintmark-admin restore /var/backups/mintmark-2026-11-23
  MINTMARK_DATA_DIR=/tmp/trial mintmark-admin restore /var/backups/mintmark-2026-11-23

Data folder and database are those of the settings. All of it is put back, or nothing.";

/// Puts a backup back into an empty data folder and an empty database
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct RestoreCommand {
    /// The folder that `mintmark-admin backup` has made
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

impl RestoreCommand {
    pub(crate) fn run(&self, settings: &Settings, output: &mut dyn Write) -> Result<Ending, Failure> {
        let Restored { manifest, products } = restore(settings, &self.folder)?;
        if self.json {
            serde_json::to_writer(&mut *output, &manifest).map_err(std::io::Error::from)?;
            writeln!(output)?;
            return Ok(Ending::Done);
        }
        writeln!(output, "Restored to {} and {}.", settings.data_dir.display(), settings.database_url())?;
        output.write_all(told(&manifest).as_bytes())?;
        let file = settings.products_file.path().display();
        match products {
            Some(path) => writeln!(output, "  products    put back as {}", path.display())?,
            None if settings.products_file.path().exists() => {
                writeln!(output, "  products    {file} stays as it is; compare it with the backup's")?;
            }
            None => writeln!(output, "  products    none were in it; mintmark-admin init makes {file}")?,
        }
        let keys = match manifest.keys {
            true => String::new(),
            false => format!("  put the keys into {}\n", settings.data_dir.display()),
        };
        writeln!(
            output,
            "\nNext:\n{keys}  mintmark-admin doctor\n  start the server\n  mintmark-replay reconcile --source gumroad --since {}\n\n\
             The last line fetches the sales that were made since. Without an access token,\n\
             re-send them from Gumroad. If you have a newer revocations.txt, put it into the\n\
             data folder before the start: apps refuse a list with a smaller number than\n\
             they have seen.",
            manifest.made_at.strftime("%Y-%m-%d")
        )?;
        Ok(Ending::Done)
    }
}
