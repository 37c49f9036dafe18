//! `mintmark-admin mail preview`: a letter as its reader would see it, in files.

use crate::failure::{Ending, Failure};
use clap::Args;
use mintmark_fulfillment::{Fulfillment, printable};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use uuid::Uuid;

const AFTER_HELP: &str = "\
Examples:
  mintmark-admin mail preview 12 --open
  mintmark-admin mail preview ada@example.com
  mintmark-admin mail preview --template renewal --into /tmp/letters

The files hold license keys: without --into they are in a new folder that you alone
can read.";

/// Writes letters as files, as they would look if they were sent now, and sends nothing
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Preview {
    /// The number of a letter, or the id, key, order or address of a license
    #[arg(required_unless_present = "template")]
    name: Option<String>,
    /// This letter with an invented license: license, renewal, revocation, suspension, or one of your own
    #[arg(long, value_name = "NAME", conflicts_with = "name")]
    template: Option<String>,
    /// Folder for the files
    #[arg(long, value_name = "PATH")]
    into: Option<PathBuf>,
    /// Show the HTML with the program that shows such files
    #[arg(long)]
    open: bool,
}

impl Preview {
    pub(super) fn run(&self, fulfillment: &Fulfillment, output: &mut dyn Write) -> Result<Ending, Failure> {
        let previews = match (&self.template, &self.name) {
            (Some(template), _) => vec![fulfillment.preview_template(template)?],
            (None, name) => fulfillment.preview(name.as_deref().unwrap_or_default())?,
        };
        let folder = self.folder()?;
        for preview in previews {
            let stem = match preview.letter {
                Some(letter) => format!("letter-{letter}"),
                None => self.template.clone().unwrap_or_default(),
            };
            writeln!(output, "{}", printable(&preview.content.subject))?;
            let content = preview.content;
            let html = folder.join(format!("{stem}.html"));
            write(&folder.join(format!("{stem}.subject.txt")), content.subject.as_bytes(), output)?;
            write(&folder.join(format!("{stem}.txt")), content.text.as_bytes(), output)?;
            write(&html, content.html.as_bytes(), output)?;
            for attachment in content.attachments {
                write(&folder.join(format!("{stem}.{}", attachment.name)), &attachment.bytes, output)?;
            }
            if self.open && !show(&html) {
                return Err(Failure::Usage("no program here shows HTML files; the path is above"));
            }
        }
        Ok(Ending::Done)
    }

    /// Nobody else may read it, or put something into it first.
    fn folder(&self) -> Result<PathBuf, Failure> {
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        let (path, made) = match &self.into {
            Some(path) => (path.clone(), builder.recursive(true).create(path)),
            None => {
                let path = std::env::temp_dir().join(format!("mintmark-preview-{}", Uuid::new_v4()));
                let made = builder.create(&path);
                (path, made)
            }
        };
        made.map_err(|source| Failure::File { path: path.clone(), source })?;
        Ok(path)
    }
}

fn write(path: &Path, bytes: &[u8], output: &mut dyn Write) -> Result<(), Failure> {
    fs::write(path, bytes).map_err(|source| Failure::File { path: path.to_owned(), source })?;
    Ok(writeln!(output, "  {}", path.display())?)
}

/// Whether a program was started.
fn show(path: &Path) -> bool {
    let openers = if cfg!(target_os = "macos") { ["open", "xdg-open"] } else { ["xdg-open", "open"] };
    openers.iter().any(|opener| {
        let mut command = Command::new(opener);
        command.arg(path).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    })
}
