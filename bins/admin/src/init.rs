//! `mintmark-admin init`: makes an installation.

use crate::failure::{Ending, Failure};
use crate::sheet;
use jiff::Timestamp;
use mintmark_fulfillment::settings::DEFAULT_FILE;
use mintmark_fulfillment::{Error, Settings, initialize, installed_files, write_example};
use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Sets nothing: whoever edits it finds what is set most often.
const EXAMPLE: &str = include_str!("init/mintmark.toml");

/// Makes what is missing, and says what it was. A second run makes nothing.
pub(crate) fn run(config: Option<&Path>, now: Timestamp, output: &mut dyn Write) -> Result<Ending, Failure> {
    let config = config.unwrap_or(Path::new(DEFAULT_FILE));
    let mut parts = Parts::default();
    parts.note("settings", config.to_owned());
    write_settings(config)?;
    let settings = Settings::load(Some(config)).map_err(Error::from)?;
    let products = settings.products_file.path();
    parts.note("products", products.to_owned());
    write_example(products).map_err(|source| Failure::File { path: products.to_owned(), source })?;
    for (name, path) in installed_files(&settings) {
        parts.note(name, path);
    }
    let fulfillment = initialize(settings, now)?;
    output.write_all(sheet::fields(&parts.0).as_bytes())?;
    match fulfillment.made_secret() {
        Some(secret) => {
            let url = fulfillment.settings().http.ping_url(secret);
            writeln!(
                output,
                "\nPing URL for Gumroad; `mintmark-admin secret show` prints it again:\n\n  {url}"
            )?;
        }
        None => writeln!(output, "\n`mintmark-admin secret show` prints the ping URL for Gumroad.")?,
    }
    Ok(Ending::Done)
}

/// What belongs to the installation, and whether it had to be made.
#[derive(Default)]
struct Parts(Vec<(&'static str, String)>);

impl Parts {
    /// To be called before the part is made.
    fn note(&mut self, name: &'static str, path: PathBuf) {
        let state = if path.exists() { "was there" } else { "made" };
        self.0.push((name, format!("{state:9}  {}", path.display())));
    }
}

fn write_settings(path: &Path) -> Result<(), Failure> {
    let written = File::create_new(path).and_then(|mut file| file.write_all(EXAMPLE.as_bytes()));
    match written {
        Err(source) if source.kind() != ErrorKind::AlreadyExists => {
            Err(Failure::File { path: path.to_owned(), source })
        }
        Err(_) | Ok(()) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::EXAMPLE;
    use mintmark_fulfillment::Settings;

    #[test]
    fn the_example_sets_nothing_and_what_it_offers_exists() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("mintmark.toml");
        std::fs::write(&file, EXAMPLE).unwrap();
        let untouched = Settings::from_layers(Some(&file), []).unwrap();
        assert_eq!(format!("{untouched:?}"), format!("{:?}", Settings::from_layers(None, []).unwrap()));

        std::fs::write(&file, EXAMPLE.replace("\n#", "\n")).unwrap();
        let token = ("POSTMARK_TOKEN".to_owned(), "a token".to_owned());
        let edited = Settings::from_layers(Some(&file), [token]).unwrap();
        assert_eq!(edited.http.public_url.as_deref(), Some("https://licenses.example.com"));
    }
}
