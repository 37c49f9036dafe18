//! The settings file: its tree, and the line on which a setting is.

use crate::problems::Problems;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use toml::de::{DeTable, DeValue};

/// A settings file that is well-formed TOML.
pub(super) struct SettingsFile {
    path: PathBuf,
    text: String,
    pub(super) tree: toml::Table,
}

impl SettingsFile {
    /// The file that was named, or else the default file if there is one.
    pub(super) fn read(named: Option<&Path>, default: &Path, problems: &mut Problems) -> Option<Self> {
        let path = named.unwrap_or(default);
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if named.is_none() && error.kind() == ErrorKind::NotFound => return None,
            Err(error) => {
                problems.add(path.display().to_string(), format!("cannot be read: {error}"));
                return None;
            }
        };
        match text.parse() {
            Ok(tree) => Some(Self { path: path.to_owned(), text, tree }),
            Err(error) => {
                let error: toml::de::Error = error;
                // The error's own text would repeat the line, and the line may hold a secret.
                let line = error.span().map_or(1, |span| line_at(&text, span.start));
                problems.add(format!("{}:{line}", path.display()), format!("not TOML: {}", error.message()));
                None
            }
        }
    }

    /// File and line of a setting that the file names.
    pub(super) fn place_of(&self, setting: &str) -> Option<String> {
        let document = DeTable::parse(&self.text).ok()?;
        let offset = offset_of(document.get_ref(), setting)?;
        Some(format!("{}:{}", self.path.display(), line_at(&self.text, offset)))
    }
}

fn offset_of(table: &DeTable<'_>, setting: &str) -> Option<usize> {
    let (first, rest) = setting.split_once('.').map_or((setting, None), |(first, rest)| (first, Some(rest)));
    let (key, value) = table.iter().find(|(key, _)| key.get_ref() == first)?;
    match (rest, value.get_ref()) {
        (None, _) => Some(key.span().start),
        (Some(rest), DeValue::Table(table)) => offset_of(table, rest),
        (Some(_), _) => None,
    }
}

fn line_at(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}
